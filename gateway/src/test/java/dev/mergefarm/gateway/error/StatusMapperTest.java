package dev.mergefarm.gateway.error;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class StatusMapperTest {

  @Test
  void everyProblemIsAFieldViolationWithItsSuggestion() {
    Problems problems = new Problems();
    problems.unknownName(
        ErrorCode.UNKNOWN_METHOD,
        "merge_method",
        "Unknown method 'slerpp'.",
        "slerpp",
        List.of("slerp"));
    problems.warning(ErrorCode.UNKNOWN_KEY, "chatty", "Ignored.");
    problems.error(ErrorCode.INVALID_VALUE, "models[1].weight", "Must be a number.");

    Status status = StatusMapper.complete(new MergefarmException(problems.all()));

    assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    assertThat(detail(status, BadRequest.class).orElseThrow().getFieldViolationsList())
        .extracting(v -> v.getField() + "|" + v.getDescription() + "|" + v.getReason())
        .containsExactly(
            "merge_method|Unknown method 'slerpp'. Did you mean 'slerp'?|UNKNOWN_METHOD",
            "models[1].weight|Must be a number.|INVALID_VALUE");
    ErrorInfo info = detail(status, ErrorInfo.class).orElseThrow();
    assertThat(info.getReason()).isEqualTo("UNKNOWN_METHOD");
    assertThat(info.getDomain()).isEqualTo("mergefarm.dev");
    assertThat(info.getMetadataMap())
        .containsEntry("problems", "2")
        .containsEntry("suggestion", "slerp")
        .containsEntry("path", "merge_method");
  }

  @Test
  void aTrailerStaysBelowWhatClientsAcceptAndSaysHowManyProblemsThereAre() {
    Problems problems = new Problems();
    for (int i = 0; i < Problems.LIMIT; i++) {
      problems.error(ErrorCode.INVALID_VALUE, "models[" + i + "]", "Wrong. ".repeat(20));
    }
    Status status = StatusMapper.forTrailer(new MergefarmException(problems.all()));
    assertThat(status.getSerializedSize()).isLessThanOrEqualTo(StatusMapper.TRAILER_BYTES);
    assertThat(detail(status, BadRequest.class).orElseThrow().getFieldViolationsCount())
        .isBetween(10, Problems.LIMIT - 1);
    assertThat(detail(status, ErrorInfo.class).orElseThrow().getMetadataOrThrow("problems"))
        .isEqualTo(Integer.toString(Problems.LIMIT));
  }

  @Test
  void aFailureWorthRepeatingSaysWhen() {
    MergefarmException down =
        new MergefarmException(ErrorCode.BROKER_UNAVAILABLE, "Kafka is down.");
    Status status = StatusMapper.complete(new CompletionException(down));
    assertThat(status.getCode()).isEqualTo(Code.UNAVAILABLE_VALUE);
    assertThat(detail(status, RetryInfo.class)).isPresent();
    assertThat(detail(status, BadRequest.class)).isEmpty();
  }

  @Test
  void anUnforeseenFailureShowsAnIdentifierAndNothingOfItsInside() {
    Status status = StatusMapper.complete(new IllegalStateException("secret at /some/where"));
    assertThat(status.getCode()).isEqualTo(Code.INTERNAL_VALUE);
    assertThat(status.toString()).doesNotContain("secret").doesNotContain("IllegalState");
    assertThat(status.getMessage()).containsPattern("[0-9a-f]{8}-[0-9a-f]{4}-");
  }

  @Test
  void everyErrorCodeHasAnHttpStatusOfItsOwnKind() {
    for (ErrorCode code : ErrorCode.values()) {
      Problem problem =
          new Problem(code, Problem.Severity.ERROR, "", "It failed.", Optional.empty());
      Status status = StatusMapper.complete(new MergefarmException(List.of(problem)));
      assertThat(HttpStatuses.of(status.getCode())).as(code.name()).isBetween(400, 599);
      assertThat(Code.forNumber(status.getCode()).name()).isEqualTo(code.status().name());
    }
  }

  private static <T extends Message> Optional<T> detail(Status status, Class<T> type) {
    return status.getDetailsList().stream()
        .filter(any -> any.is(type))
        .map(any -> unpack(any, type))
        .findFirst();
  }

  private static <T extends Message> T unpack(Any any, Class<T> type) {
    try {
      return any.unpack(type);
    } catch (InvalidProtocolBufferException malformed) {
      throw new AssertionError(malformed);
    }
  }
}
