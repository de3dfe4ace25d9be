/** gRPC, REST and SSE in front of the farm. */
package dev.mergefarm.gateway;
