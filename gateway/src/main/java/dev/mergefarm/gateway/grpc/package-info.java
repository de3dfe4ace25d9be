/** The gRPC services: each method maps its request to a service call and answers once. */
package dev.mergefarm.gateway.grpc;
