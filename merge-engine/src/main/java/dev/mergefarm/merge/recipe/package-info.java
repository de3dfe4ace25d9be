/** Recipes: YAML as mergekit users write it, read with limits and with every problem reported. */
package dev.mergefarm.merge.recipe;
