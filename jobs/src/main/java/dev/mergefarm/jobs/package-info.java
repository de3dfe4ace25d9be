/** A job's life: states, events, queue, leases, the materialised table. */
package dev.mergefarm.jobs;
