package dev.mergefarm.eval.run;

import java.util.Map;

/** One question to the model about one document. */
sealed interface PlannedRequest {

  /** Index of the document among the task's evaluated documents. */
  int document();

  /** How likely is the continuation after the prompt? */
  record Continuation(int document, Prompt prompt, String continuation) implements PlannedRequest {}

  /** How likely is the whole text? */
  record Whole(int document, String text) implements PlannedRequest {}

  /**
   * What does the model write after the prompt?
   *
   * @param settings as the task gives them, for records
   */
  record Generate(int document, Prompt prompt, Generation generation, Map<String, Object> settings)
      implements PlannedRequest {}
}
