package dev.mergefarm.eval.result;

import dev.mergefarm.eval.EvaluationOutcome.SampleRecord;
import dev.mergefarm.eval.template.PythonLiteral;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The hashes by which two runs' samples are compared, SHA-256 in hexadecimal.
 *
 * @param document of the document's JSON
 * @param prompt of the first request's first argument
 * @param target of the target's text
 */
record Hashes(String document, String prompt, String target) {

  static Hashes of(SampleRecord sample) {
    Object first = sample.arguments().isEmpty() ? "" : sample.arguments().getFirst().getFirst();
    return new Hashes(
        hash(PythonJson.indented(sample.document())),
        hash(first.toString()),
        hash(PythonLiteral.str(sample.target())));
  }

  /** Of all samples of a task. */
  static String ofTask(List<SampleRecord> samples) {
    StringBuilder all = new StringBuilder();
    for (SampleRecord sample : samples) {
      Hashes hashes = of(sample);
      all.append(hashes.document).append(hashes.prompt).append(hashes.target);
    }
    return hash(all.toString());
  }

  static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
