package dev.mergefarm.common;

/** The canonical gRPC status that an {@link ErrorCode} becomes at the API; names equal gRPC's. */
public enum StatusKind {
  INVALID_ARGUMENT,
  NOT_FOUND,
  ALREADY_EXISTS,
  FAILED_PRECONDITION,
  RESOURCE_EXHAUSTED,
  ABORTED,
  UNIMPLEMENTED,
  UNAVAILABLE,
  DEADLINE_EXCEEDED,
  CANCELLED,
  DATA_LOSS,
  INTERNAL
}
