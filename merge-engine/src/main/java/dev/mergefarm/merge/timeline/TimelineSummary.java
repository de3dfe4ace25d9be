package dev.mergefarm.merge.timeline;

import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What limited a merge.
 *
 * @param nanoseconds from the first span to the end of the last
 * @param shares for each step that was seen
 */
public record TimelineSummary(long nanoseconds, Map<Step, Share> shares) {

  public TimelineSummary {
    shares = shares.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(shares));
  }

  /**
   * One step's part.
   *
   * @param busy nanoseconds of its busiest track
   * @param bytes of all its tracks
   */
  public record Share(long busy, long bytes) {}

  /** The step that was busy longest; empty when nothing was done. */
  public Optional<Step> limiting() {
    return shares.entrySet().stream()
        .max(Comparator.comparingLong(entry -> entry.getValue().busy()))
        .map(Map.Entry::getKey);
  }

  /** One line, such as {@code limited by write: busy 93 % of 2.1 s (read 40 %, write 93 %)}. */
  public String text() {
    return limiting()
        .map(
            step ->
                String.format(
                    Locale.ROOT,
                    "limited by %s: busy %d %% of %.2f s (%s)",
                    step.label(),
                    percent(step),
                    nanoseconds / 1e9,
                    shares.keySet().stream()
                        .map(each -> each.label() + " " + percent(each) + " %")
                        .collect(Collectors.joining(", "))))
        .orElse("nothing was merged");
  }

  private long percent(Step step) {
    return Math.round(100.0 * shares.get(step).busy() / Math.max(1, nanoseconds));
  }
}
