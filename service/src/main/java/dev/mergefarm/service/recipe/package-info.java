/** The merge engine's options and plans as messages. */
package dev.mergefarm.service.recipe;
