/**
 * A job's life: its states and events, the one transition table, and the fold from events to state.
 * Everything here is pure; topics, table, submission and worker loop are in packages of their own.
 */
package dev.mergefarm.jobs;
