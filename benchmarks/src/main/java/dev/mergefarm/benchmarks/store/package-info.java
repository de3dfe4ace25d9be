/** Merges from and to an S3 store: whether reading, computing and writing overlap. */
package dev.mergefarm.benchmarks.store;
