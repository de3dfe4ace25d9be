/**
 * One file per model family: what its configuration keys mean, and how its layers are put together
 * from the parts of {@code eval.model.graph}. See {@code docs/adding-a-model-family.md}.
 */
package dev.mergefarm.eval.model.family;
