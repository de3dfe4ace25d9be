/** Evaluations of generated tasks by a generated model, beside the reference program. */
package dev.mergefarm.benchmarks.eval;
