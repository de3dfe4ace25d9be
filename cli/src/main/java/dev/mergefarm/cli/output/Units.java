package dev.mergefarm.cli.output;

import java.time.Duration;
import java.util.Locale;

/** Sizes, rates and times as people read them. */
public final class Units {

  private static final String[] SIZES = {"B", "kB", "MB", "GB", "TB", "PB"};

  private Units() {}

  /** Decimal units with three figures, as in {@code 1.53 GB}. */
  public static String bytes(double bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 999.5 && unit < SIZES.length - 1) {
      value /= 1000;
      unit++;
    }
    String form = unit == 0 || value >= 99.95 ? "%.0f %s" : value >= 9.995 ? "%.1f %s" : "%.2f %s";
    return String.format(Locale.ROOT, form, value, SIZES[unit]);
  }

  /** As in {@code 850 ms}, {@code 12.3 s}, {@code 4 min 05 s} or {@code 2 h 10 min}. */
  public static String time(Duration time) {
    long millis = time.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    if (millis < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
    long seconds = time.toSeconds();
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60)
        : String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds / 60 % 60);
  }

  /** A duration as protobuf carries it. */
  public static Duration of(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }
}
