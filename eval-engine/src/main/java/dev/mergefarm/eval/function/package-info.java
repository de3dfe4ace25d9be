/**
 * Python helpers of tasks ({@code !function}). They run in a process of their own, which is started
 * when the first helper is looked up and ends with the evaluation.
 */
package dev.mergefarm.eval.function;
