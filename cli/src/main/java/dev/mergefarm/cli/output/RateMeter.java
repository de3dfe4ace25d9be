package dev.mergefarm.cli.output;

import dev.mergefarm.common.Progress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Shows an engine's progress with its rate and the time left. Not thread safe. */
public final class RateMeter {

  private final ProgressLine line;
  private String stage = "";
  private long startNanos;
  private long startDone;

  public RateMeter(ProgressLine line) {
    this.line = line;
  }

  public void show(Progress progress) {
    boolean byBytes = progress.bytesTotal() > 0;
    long done = byBytes ? progress.bytesDone() : progress.itemsDone();
    long total = byBytes ? progress.bytesTotal() : progress.itemsTotal();
    long now = System.nanoTime();
    if (!progress.stage().equals(stage)) {
      stage = progress.stage();
      startNanos = now;
      startDone = done;
    }
    double seconds = (now - startNanos) / 1e9;
    double rate = seconds < 0.2 ? 0 : (done - startDone) / seconds;
    String detail = rate <= 0 ? "" : byBytes ? Units.bytes(rate) + "/s" : perSecond(rate);
    Optional<Duration> left =
        rate <= 0
            ? Optional.empty()
            : Optional.of(Duration.ofMillis((long) ((total - done) * 1000 / rate)));
    line.show(stage, done, total, detail, left);
  }

  private static String perSecond(double rate) {
    return String.format(Locale.ROOT, "%.0f/s", rate);
  }
}
