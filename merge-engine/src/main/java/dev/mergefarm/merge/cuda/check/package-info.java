/**
 * Compares a device's results with the plain arithmetic of the CPU, bit for bit, on random merges
 * of every method, and measures how fast a device's kernels are beside what its memory allows.
 */
package dev.mergefarm.merge.cuda.check;
