package dev.mergefarm.gateway.call;

import io.grpc.Deadline;
import io.grpc.Metadata;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header in which a gRPC client says how long it waits. Our server leaves it to us to read. */
final class GrpcTimeout {

  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);

  /** At most eight digits and a unit, as the protocol has it. */
  private static final Pattern FORMAT = Pattern.compile("(\\d{1,8})([HMSmun])");

  private GrpcTimeout() {}

  /** The deadline of a call that begins now; empty without the header or with a malformed one. */
  static Optional<Deadline> deadline(Metadata headers) {
    String text = headers.get(HEADER);
    Matcher format = FORMAT.matcher(text == null ? "" : text);
    return format.matches()
        ? Optional.of(Deadline.after(Long.parseLong(format.group(1)), unit(format.group(2))))
        : Optional.empty();
  }

  private static TimeUnit unit(String letter) {
    return switch (letter) {
      case "H" -> TimeUnit.HOURS;
      case "M" -> TimeUnit.MINUTES;
      case "S" -> TimeUnit.SECONDS;
      case "m" -> TimeUnit.MILLISECONDS;
      case "u" -> TimeUnit.MICROSECONDS;
      default -> TimeUnit.NANOSECONDS;
    };
  }
}
