/** Everything in one process, with an embedded broker and object store. */
package dev.mergefarm.farm;
