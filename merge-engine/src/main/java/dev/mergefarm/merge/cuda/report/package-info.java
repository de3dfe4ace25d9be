/**
 * A program that checks and measures the GPUs of a machine, and holds the figures against the
 * goals.
 */
package dev.mergefarm.merge.cuda.report;
