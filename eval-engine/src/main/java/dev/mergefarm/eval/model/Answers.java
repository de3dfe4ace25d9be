package dev.mergefarm.eval.model;

import dev.mergefarm.common.Progress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ObjIntConsumer;

/**
 * Puts answers in the order of their requests while handing each on as it comes, one at a time.
 * Safe for many threads.
 */
public final class Answers<T> {

  private final String stage;
  private final List<T> answers;
  private final ObjIntConsumer<T> consumer;
  private final Progress.Listener progress;
  private long done;

  public Answers(String stage, int count, ObjIntConsumer<T> consumer, Progress.Listener progress) {
    this.stage = stage;
    this.answers = new ArrayList<>(Collections.nCopies(count, null));
    this.consumer = consumer;
    this.progress = progress;
  }

  public synchronized void accept(T answer, int request) {
    answers.set(request, answer);
    consumer.accept(answer, request);
    done++;
    progress.onProgress(new Progress(stage, done, answers.size(), 0, 0));
  }

  public synchronized List<T> all() {
    return List.copyOf(answers);
  }
}
