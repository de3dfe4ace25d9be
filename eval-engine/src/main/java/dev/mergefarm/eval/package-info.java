/**
 * Scoring of language models on task files: {@link dev.mergefarm.eval.Evaluation} makes a plan of
 * every request and runs it against models.
 */
package dev.mergefarm.eval;
