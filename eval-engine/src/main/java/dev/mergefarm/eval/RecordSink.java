package dev.mergefarm.eval;

import java.util.List;

/**
 * Keeps a model's answers as they are made, so that an evaluation whose worker dies goes on where
 * the last stored batch ended. One sink belongs to one evaluation of one model; called from one
 * thread at a time.
 */
public interface RecordSink {

  /** Keeps nothing. */
  RecordSink NONE =
      new RecordSink() {
        @Override
        public List<StoredAnswer> open(String planFingerprint) {
          return List.of();
        }

        @Override
        public void append(List<StoredAnswer> batch) {}
      };

  /**
   * One answered request.
   *
   * @param request its index among all requests of the plan
   */
  record StoredAnswer(int request, Answer answer) {}

  /**
   * Called once before the first request.
   *
   * @return the answers that an earlier attempt stored under the same fingerprint, in any order
   */
  List<StoredAnswer> open(String planFingerprint);

  /** Stores answers; they are durable when the call returns. */
  void append(List<StoredAnswer> batch);
}
