package dev.mergefarm.eval.run;

import dev.mergefarm.eval.task.TaskConfig;
import java.util.List;
import java.util.Map;

/**
 * A task with its documents and requests.
 *
 * @param fewShotCount examples in each prompt
 * @param splitSize documents before any limit
 * @param multipleInput whether the choices are inputs and the target is what follows each
 * @param multipleTarget whether a document has several right answers
 * @param documents evaluated, in order
 * @param requests of all documents, in order; each is sent {@code repeats} times
 * @param settings the task's keys with what the run changed, for records
 */
record PlannedTask(
    TaskConfig config,
    int fewShotCount,
    int splitSize,
    boolean multipleInput,
    boolean multipleTarget,
    List<PlannedDocument> documents,
    List<PlannedRequest> requests,
    Map<String, Object> settings) {

  PlannedTask {
    documents = List.copyOf(documents);
    requests = List.copyOf(requests);
  }

  int repeats() {
    return config.scoring().repeats();
  }
}
