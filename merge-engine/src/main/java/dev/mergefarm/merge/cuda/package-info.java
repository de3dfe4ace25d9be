/**
 * Runs the stages of merge methods as compiled kernels: a {@link dev.mergefarm.merge.cuda.Device},
 * which may be a GPU or, for tests, the same kernels compiled for this machine, and {@link
 * dev.mergefarm.merge.cuda.StageKernels}, which turns stages into launches over inputs that lie in
 * the device's memory.
 */
package dev.mergefarm.merge.cuda;
