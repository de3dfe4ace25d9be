package dev.mergefarm.gateway.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.proto.v1.SubmitMergeRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  void aMessageSurvivesTheWayThroughJson() {
    SubmitMergeRequest request =
        SubmitMergeRequest.newBuilder().setRequestId("r").putLabels("a", "b").build();
    assertThat(Json.read(Json.write(request), SubmitMergeRequest.getDefaultInstance()))
        .isEqualTo(request);
  }

  @Test
  void bothSpellingsOfAFieldAreRead() {
    SubmitMergeRequest camel =
        Json.read("{\"requestId\":\"r\"}", SubmitMergeRequest.getDefaultInstance());
    SubmitMergeRequest snake =
        Json.read("{\"request_id\":\"r\"}", SubmitMergeRequest.getDefaultInstance());
    assertThat(camel).isEqualTo(snake);
  }

  @Test
  void everyUnknownFieldIsReportedWithItsPathAndNearestName() {
    MergefarmException failure =
        catchThrowableOfType(
            MergefarmException.class,
            () ->
                Json.read(
                    """
                    {"merge": {"recip": "x", "options": {"sed": 3}}, "labels": {"free": "yes"},
                     "requestID": "r"}
                    """,
                    SubmitMergeRequest.getDefaultInstance()));
    assertThat(failure.problems())
        .extracting(p -> p.path() + " > " + p.suggestion().orElse(""))
        .containsExactly(
            "merge.recip > recipe", "merge.options.sed > seed", "requestID > requestId");
    assertThat(failure.problems()).extracting(Problem::code).containsOnly(ErrorCode.UNKNOWN_KEY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "3",
        "{\"requestId\": 1, \"requestId\": 2}",
        "{} {}",
        "{\"labels\": []}",
        "{\"merge\": {\"options\": {\"seed\": \"many\"}}}",
      })
  void aBodyThatDoesNotFitIsOneInvalidValue(String body) {
    MergefarmException failure =
        catchThrowableOfType(
            MergefarmException.class,
            () -> Json.read(body, SubmitMergeRequest.getDefaultInstance()));
    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_VALUE);
  }
}
