/** The REST twin of the gRPC services: the same messages as JSON, the same failures. */
package dev.mergefarm.gateway.rest;
