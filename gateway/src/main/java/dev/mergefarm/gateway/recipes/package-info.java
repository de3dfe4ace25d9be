/** Recipes: validation, plans and the list of merge methods. */
package dev.mergefarm.gateway.recipes;
