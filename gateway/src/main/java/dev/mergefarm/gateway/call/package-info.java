/** Who calls, and how long the caller waits; the same for gRPC and REST. */
package dev.mergefarm.gateway.call;
