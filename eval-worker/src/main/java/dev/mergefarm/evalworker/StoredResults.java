package dev.mergefarm.evalworker;

import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationOutcome.SampleRecord;
import dev.mergefarm.eval.EvaluationOutcome.TaskOutcome;
import dev.mergefarm.eval.RecordSink;
import dev.mergefarm.eval.result.ResultsFile;
import dev.mergefarm.eval.result.ResultsFolder;
import dev.mergefarm.eval.result.RunDescription;
import dev.mergefarm.eval.result.SampleLines;
import dev.mergefarm.eval.result.StoreRecordSink;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.ObjectUpload;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a job leaves in the store, under {@code results/JOB/}: the results file and one records file
 * for each task, in lm-evaluation-harness's layout. While it runs, its answers are kept there too,
 * so that a second attempt goes on where the first ended.
 */
final class StoredResults {

  private static final String ROOT = "results/";
  private static final String ANSWERS = "answers/";

  private final ObjectStore store;
  private final String folder;

  StoredResults(ObjectStore store, String jobId) {
    this.store = store;
    this.folder = ROOT + jobId + "/";
  }

  /** Keeps answers for the next attempt. */
  RecordSink answers() {
    return new StoreRecordSink(store, folder + ANSWERS);
  }

  /** Removes the answers, which nobody needs once the job has ended. */
  void removeAnswers() {
    for (ObjectInfo batch : store.list(folder + ANSWERS)) {
      store.delete(batch.key());
    }
  }

  /** Writes the results file and answers with its key. */
  String writeResults(EvaluationOutcome outcome, RunDescription run) {
    String key = folder + ResultsFolder.RESULTS;
    store.put(key, ResultsFile.json(outcome, run).getBytes(StandardCharsets.UTF_8));
    return key;
  }

  /** Writes each task's records and answers with their keys, by task. */
  Map<String, String> writeSamples(EvaluationOutcome outcome) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (TaskOutcome task : outcome.tasks()) {
      String key = folder + ResultsFolder.samplesName(task.name());
      write(key, task.samples());
      keys.put(task.name(), key);
    }
    return keys;
  }

  /** Lines are made twice, first to know their length: a store wants to know it beforehand. */
  private void write(String key, List<SampleRecord> samples) {
    long size = samples.stream().mapToLong(sample -> line(sample).length).sum();
    try (ObjectUpload upload = store.upload(key, size)) {
      for (SampleRecord sample : samples) {
        upload.write(MemorySegment.ofArray(line(sample)));
      }
      upload.publish();
    }
  }

  private static byte[] line(SampleRecord sample) {
    return (SampleLines.line(sample) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
