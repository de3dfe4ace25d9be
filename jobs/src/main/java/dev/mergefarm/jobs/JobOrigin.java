package dev.mergefarm.jobs;

import dev.mergefarm.proto.v1.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a job was from its first event on and stays for ever.
 *
 * @param id the job's id
 * @param eventId id of the event that created it; of two submissions at once it tells whose it is
 * @param tenant whose job it is; empty on a farm without tenants
 * @param request what is to be done
 * @param labels from the request
 * @param requestDigest SHA-256 of the request, to tell a repeat from a reuse of its id
 * @param createTime when it was accepted
 * @param warnings problems that did not stop it
 */
public record JobOrigin(
    String id,
    String eventId,
    String tenant,
    JobRequest request,
    Map<String, String> labels,
    String requestDigest,
    Instant createTime,
    List<Problem> warnings) {

  public JobOrigin {
    labels = Map.copyOf(labels);
    warnings = List.copyOf(warnings);
  }

  static JobOrigin of(JobEvent.Created event) {
    return new JobOrigin(
        event.header().jobId(),
        event.header().id(),
        event.tenant(),
        event.request(),
        event.labels(),
        event.requestDigest(),
        event.header().time(),
        event.warnings());
  }
}
