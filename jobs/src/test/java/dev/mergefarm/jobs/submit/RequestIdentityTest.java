package dev.mergefarm.jobs.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.TestJobs;
import dev.mergefarm.proto.v1.EvaluationRequest;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequestIdentityTest {

  @Test
  void idFollowsFromTenantAndRequestIdAlone() {
    String id = RequestIdentity.jobId("tenant", "request");
    assertThat(RequestIdentity.jobId("tenant", "request")).isEqualTo(id);
    assertThat(id).matches("[0-9a-v]{26}");
    assertThat(RequestIdentity.jobId("other", "request")).isNotEqualTo(id);
    assertThat(RequestIdentity.jobId("tenantr", "equest")).isNotEqualTo(id);
  }

  @Test
  void idsOfManyRequestsDiffer() {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      ids.add(RequestIdentity.jobId("", "request-" + i));
    }
    assertThat(ids).hasSize(10_000);
  }

  @Test
  void digestDoesNotDependOnTheOrderOfMaps() {
    EvaluationRequest.Builder forward = EvaluationRequest.newBuilder();
    EvaluationRequest.Builder backward = EvaluationRequest.newBuilder();
    for (int i = 0; i < 50; i++) {
      forward.putTaskFiles("file" + i, "content" + i);
      backward.putTaskFiles("file" + (49 - i), "content" + (49 - i));
    }
    assertThat(digest(forward)).isEqualTo(digest(backward));
  }

  @Test
  void digestTellsRequestsAndLabelsApart() {
    JobRequest request = TestJobs.mergeRequest("a");
    assertThat(RequestIdentity.digest(request, Map.of()))
        .isNotEqualTo(RequestIdentity.digest(TestJobs.mergeRequest("b"), Map.of()))
        .isNotEqualTo(RequestIdentity.digest(request, Map.of("team", "x")))
        .hasSize(64);
  }

  private static String digest(EvaluationRequest.Builder request) {
    return RequestIdentity.digest(new JobRequest.Evaluation(request.build()), Map.of());
  }
}
