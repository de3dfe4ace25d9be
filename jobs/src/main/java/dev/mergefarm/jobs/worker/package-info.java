/**
 * Workers: take a ticket, claim an attempt, run a handler while the ticket's lock is renewed,
 * report how it went. A worker keeps no table of jobs; it follows the events of the job it works
 * on.
 */
package dev.mergefarm.jobs.worker;
