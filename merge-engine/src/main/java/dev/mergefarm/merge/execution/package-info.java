/**
 * Runs the stages of merge methods on the CPU: splits tensors into tasks for a pool of threads,
 * reads each task's inputs in pieces that stay in cache, and writes results in order, with a stated
 * bound on memory.
 */
package dev.mergefarm.merge.execution;
