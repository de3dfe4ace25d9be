/** Jobs: submitting, listing, cancelling; the same for gRPC and REST. */
package dev.mergefarm.gateway.jobs;
