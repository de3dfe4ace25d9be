/** Measurements of the merge engine's arithmetic, kernel by kernel. */
package dev.mergefarm.benchmarks.kernel;
