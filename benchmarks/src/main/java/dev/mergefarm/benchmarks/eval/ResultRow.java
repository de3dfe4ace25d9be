package dev.mergefarm.benchmarks.eval;

import dev.mergefarm.eval.torch.ComputeType;
import java.util.Locale;
import java.util.Optional;

/** One line of the table. */
record ResultRow(
    ComputeType type,
    Part part,
    int documents,
    Engine.Run ours,
    Optional<Reference.Run> theirs,
    Optional<Agreement> agreement) {

  private static final double MILLIS = 1e3;
  private static final double MEGABYTE = 1e6;

  static String head() {
    return "%-9s %-11s %4s %9s %9s %6s %8s %8s %8s %7s %7s %8s %7s  %s"
        .formatted(
            "type",
            "part",
            "docs",
            "ours /s",
            "theirs /s",
            "ratio",
            "2nd /s",
            "in model",
            "start s",
            "load s",
            "swap s",
            "ours MB",
            "th. MB",
            "answers");
  }

  String line() {
    double rate = documents / (ours.value("firstMillis") / MILLIS);
    Optional<Double> reference = theirs.map(run -> documents / (run.answering().toNanos() / 1e9));
    return String.format(
        Locale.ROOT,
        "%-9s %-11s %4d %9.2f %9s %6s %8.2f %7.0f%% %8.2f %7.2f %7.2f %8.0f %7s  %s",
        type.name().toLowerCase(Locale.ROOT),
        part.label(),
        documents,
        rate,
        reference.map(value -> String.format(Locale.ROOT, "%.2f", value)).orElse("-"),
        reference.map(value -> String.format(Locale.ROOT, "%.1fx", rate / value)).orElse("-"),
        documents / (ours.value("secondMillis") / MILLIS),
        100 * ours.value("modelMillis") / ours.value("secondMillis"),
        ours.value("startMillis") / MILLIS,
        ours.value("loadMillis") / MILLIS,
        ours.value("replaceMillis") / MILLIS,
        ours.peakAnonymousBytes() / MEGABYTE,
        theirs.map(run -> "%.0f".formatted(run.peakAnonymousBytes() / MEGABYTE)).orElse("-"),
        agreement.map(ResultRow::describe).orElse("not compared"));
  }

  private static String describe(Agreement agreement) {
    return String.format(
        Locale.ROOT,
        "%d: likelihoods within %.1e, %d texts and %d scores differ",
        agreement.answers(),
        agreement.largestDifference(),
        agreement.differentTexts(),
        agreement.differentScores());
  }
}
