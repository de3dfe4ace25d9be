package dev.mergefarm.cli.connection;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Help;
import dev.mergefarm.common.StatusKind;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A refusal of the farm, for people.
 *
 * @param status what kind of failure
 * @param lines one for each problem, most general first
 */
public record FarmFailure(StatusKind status, List<String> lines) {

  public static FarmFailure of(StatusRuntimeException failure) {
    com.google.rpc.Status rich = StatusProto.fromThrowable(failure);
    StatusKind kind = kindOf(failure.getStatus().getCode());
    if (rich == null || rich.getDetailsCount() == 0) {
      return new FarmFailure(kind, List.of(plainMessage(failure.getStatus())));
    }
    return new FarmFailure(kind, describe(rich));
  }

  /** The lines of a status as the API delivers it, such as a failed job's error. */
  public static List<String> describe(com.google.rpc.Status status) {
    List<String> violations = new ArrayList<>();
    String reason = "";
    String hint = "";
    for (Any detail : status.getDetailsList()) {
      try {
        if (detail.is(BadRequest.class)) {
          for (var violation : detail.unpack(BadRequest.class).getFieldViolationsList()) {
            String where = violation.getField().isEmpty() ? "" : violation.getField() + ": ";
            violations.add("error: " + where + violation.getDescription());
          }
        } else if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          reason = info.getReason();
          hint = info.getMetadataOrDefault("hint", "");
        } else if (detail.is(Help.class) && detail.unpack(Help.class).getLinksCount() > 0) {
          hint = detail.unpack(Help.class).getLinks(0).getDescription();
        }
      } catch (InvalidProtocolBufferException malformed) {
        violations.add("error: the farm answered with details that cannot be read");
      }
    }
    List<String> lines = new ArrayList<>();
    if (violations.isEmpty()) {
      lines.add("error: " + status.getMessage());
    }
    lines.addAll(violations);
    if (!reason.isEmpty()) {
      lines.add(hint.isEmpty() ? reason : reason + ": " + hint);
    }
    return List.copyOf(lines);
  }

  private static String plainMessage(Status status) {
    if (status.getCode() == Status.Code.UNAVAILABLE) {
      return "the farm does not answer (%s); start one with 'mergefarm up' or name one with --farm"
          .formatted(status.getDescription());
    }
    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      return "the farm did not answer in time; --timeout sets how long to wait";
    }
    String description = status.getDescription();
    return status.getCode() + (description == null ? "" : ": " + description);
  }

  private static StatusKind kindOf(Status.Code code) {
    if (code == Status.Code.PERMISSION_DENIED || code == Status.Code.UNAUTHENTICATED) {
      return StatusKind.FAILED_PRECONDITION;
    }
    boolean shared =
        Set.of(StatusKind.values()).stream().anyMatch(kind -> kind.name().equals(code.name()));
    return shared ? StatusKind.valueOf(code.name()) : StatusKind.INTERNAL;
  }
}
