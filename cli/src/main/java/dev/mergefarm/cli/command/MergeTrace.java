package dev.mergefarm.cli.command;

import dev.mergefarm.merge.MergeResult;
import dev.mergefarm.merge.timeline.Timeline;
import dev.mergefarm.merge.timeline.TraceFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/** The timeline of a merge on this machine, where one was asked for. */
final class MergeTrace implements AutoCloseable {

  private final Optional<TraceFile> file;
  private final Optional<Timeline> timeline;

  private MergeTrace(Optional<TraceFile> file) {
    this.file = file;
    timeline = file.map(Timeline::new);
  }

  /**
   * @param path null where no trace is wanted
   */
  static MergeTrace to(Path path) {
    return new MergeTrace(
        Optional.ofNullable(path).map(each -> new TraceFile(each, System.nanoTime())));
  }

  Optional<Timeline> timeline() {
    return timeline;
  }

  /** Says on what was merged, and with a trace what limited it. */
  void report(MergeResult result, boolean quiet, PrintWriter err) {
    if (quiet || result.device().isEmpty()) {
      return;
    }
    err.println("mergefarm: merged on " + result.device());
    timeline.ifPresent(line -> err.println("mergefarm: " + line.summary().text()));
    err.flush();
  }

  /** Completes the file. */
  @Override
  public void close() {
    file.ifPresent(TraceFile::close);
  }
}
