/** Checking evaluations before they are queued. */
package dev.mergefarm.gateway.evaluations;
