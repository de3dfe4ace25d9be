/**
 * Merge methods and the contract between them, the planner that calls them and the engines that run
 * them. A method turns the {@link dev.mergefarm.merge.method.TensorMerge} of one output tensor into
 * {@link dev.mergefarm.merge.method.Stage}s: reductions over whole tensors, where it needs them,
 * and then one computation per element. A {@link dev.mergefarm.merge.method.TensorMerger} runs the
 * stages on whatever device it drives.
 */
package dev.mergefarm.merge.method;
