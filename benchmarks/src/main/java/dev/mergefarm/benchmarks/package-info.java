/** Measurements: whole programs and kernels. */
package dev.mergefarm.benchmarks;
