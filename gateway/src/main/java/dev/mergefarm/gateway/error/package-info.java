/** Failures as clients see them: gRPC statuses with details, and their HTTP twins. */
package dev.mergefarm.gateway.error;
