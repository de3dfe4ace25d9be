/** Submitting and cancelling jobs: request code decides on events, the fold changes state. */
package dev.mergefarm.jobs.submit;
