/** Chains of filters between a model's answers and their scores. */
package dev.mergefarm.eval.filter;
