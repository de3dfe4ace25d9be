/** Measurements of the table of jobs. */
package dev.mergefarm.benchmarks.jobs;
