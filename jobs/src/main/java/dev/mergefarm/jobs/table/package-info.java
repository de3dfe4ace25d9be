/** The materialised table of jobs: lookups, lists, counts, watches. */
package dev.mergefarm.jobs.table;
