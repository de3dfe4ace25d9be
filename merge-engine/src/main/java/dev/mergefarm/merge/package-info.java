/** Recipes, plans, merge methods and kernels. */
package dev.mergefarm.merge;
