package dev.mergefarm.gateway.call;

import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Who makes a call and until when the answer is wanted.
 *
 * @param tenant whose jobs the call is about
 * @param deadline when the client stops waiting; empty when it waits for ever
 */
public record Caller(String tenant, Optional<Deadline> deadline) {

  /** The tenant of every call on a farm without authentication. */
  public static final String DEFAULT_TENANT = "default";

  /** Carries the caller through a gRPC call. */
  static final Context.Key<Caller> CURRENT =
      Context.keyWithDefault("mergefarm-caller", new Caller(DEFAULT_TENANT, Optional.empty()));

  public Caller {
    Objects.requireNonNull(tenant, "tenant");
    Objects.requireNonNull(deadline, "deadline");
  }

  /** The caller of the gRPC call that this thread serves. */
  public static Caller ofGrpcCall() {
    return CURRENT.get();
  }

  /** The shorter of the limit and the time until the deadline; not negative. */
  public Duration patience(Duration limit) {
    long left =
        deadline
            .map(d -> Math.max(0, d.timeRemaining(TimeUnit.NANOSECONDS)))
            .orElse(Long.MAX_VALUE);
    return Duration.ofNanos(Math.min(limit.toNanos(), left));
  }
}
