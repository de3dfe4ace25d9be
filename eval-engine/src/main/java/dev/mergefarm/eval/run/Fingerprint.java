package dev.mergefarm.eval.run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 over texts. */
final class Fingerprint {

  private final MessageDigest digest;

  private Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Of everything that the tasks ask the model. */
  static String of(List<PlannedTask> tasks) {
    Fingerprint fingerprint = new Fingerprint();
    for (PlannedTask task : tasks) {
      fingerprint.add("task " + task.config().name() + " x" + task.repeats());
      task.requests().forEach(fingerprint::add);
    }
    return fingerprint.hexadecimal();
  }

  private void add(PlannedRequest request) {
    switch (request) {
      case PlannedRequest.Continuation(int document, Prompt prompt, String continuation) -> {
        add(prompt);
        add(continuation);
      }
      case PlannedRequest.Whole(int document, String text) -> add(text);
      case PlannedRequest.Generate generate -> {
        add(generate.prompt());
        add(generate.generation().describe().toString());
      }
    }
  }

  private void add(Prompt prompt) {
    switch (prompt) {
      case Prompt.Plain(String text) -> add(text);
      case Prompt.Chat(List<Prompt.Turn> turns, boolean continues) -> {
        turns.forEach(
            turn -> {
              add(turn.role());
              add(turn.content());
            });
        add(continues ? "continues" : "answers");
      }
    }
  }

  /** Length first, so that no two lists of texts look alike. */
  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }

  private String hexadecimal() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
