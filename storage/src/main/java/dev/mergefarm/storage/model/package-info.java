/** Models: how users name them, where they lie, and what their files are. */
package dev.mergefarm.storage.model;
