package dev.mergefarm.jobs.submit;

import dev.mergefarm.common.Problem;
import dev.mergefarm.jobs.JobRequest;
import java.util.List;
import java.util.Map;

/**
 * A request for a job, checked already.
 *
 * @param tenant whose it is; empty on a farm without tenants
 * @param requestId names the request for ever within the tenant; empty for a new id
 * @param request what to do
 * @param labels free labels
 * @param warnings problems that do not stop it
 */
public record Submission(
    String tenant,
    String requestId,
    JobRequest request,
    Map<String, String> labels,
    List<Problem> warnings) {

  public Submission {
    labels = Map.copyOf(labels);
    warnings = List.copyOf(warnings);
  }
}
