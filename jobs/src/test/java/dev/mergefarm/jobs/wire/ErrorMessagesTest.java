package dev.mergefarm.jobs.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorMessagesTest {

  @Test
  void everyStatusKindHasItsCodeInGrpc() {
    for (ErrorCode code : ErrorCode.values()) {
      Status status = ErrorMessages.status(code, "message");
      assertThat(Code.forNumber(status.getCode()).name()).isEqualTo(code.status().name());
      assertThat(ErrorMessages.reason(status)).contains(code.name());
    }
  }

  @Test
  void everyErrorWithAPlaceIsAViolationAndWarningsAreNot() throws Exception {
    Problems problems = new Problems();
    problems.warning(ErrorCode.UNKNOWN_KEY, "extra", "is ignored");
    problems.unknownName(
        ErrorCode.UNKNOWN_METHOD, "merge_method", "No such method.", "linaer", List.of("linear"));
    problems.error(ErrorCode.INVALID_VALUE, "models[0].weight", "Must be a number.");
    Status status = ErrorMessages.status(new MergefarmException(problems.all()));
    BadRequest violations = status.getDetails(1).unpack(BadRequest.class);
    assertThat(violations.getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .containsExactly("merge_method", "models[0].weight");
    assertThat(violations.getFieldViolations(0).getDescription())
        .isEqualTo("No such method. Did you mean 'linear'?");
    assertThat(violations.getFieldViolations(0).getReason()).isEqualTo("UNKNOWN_METHOD");
  }

  @Test
  void statusOfAnotherProgramHasNoReasonOfOurs() {
    assertThat(ErrorMessages.reason(Status.newBuilder().setCode(5).build())).isEmpty();
  }
}
