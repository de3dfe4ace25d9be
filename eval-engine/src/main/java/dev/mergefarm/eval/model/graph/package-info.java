/**
 * The parts that decoder-only transformers are put together from. A part is an immutable
 * description that knows its weights by name and shape and can run; it holds no weights, so that
 * one graph serves many checkpoints of the same architecture.
 */
package dev.mergefarm.eval.model.graph;
