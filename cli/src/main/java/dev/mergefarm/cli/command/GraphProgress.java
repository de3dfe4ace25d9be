package dev.mergefarm.cli.command;

import dev.mergefarm.cli.graph.GraphRun;
import dev.mergefarm.cli.graph.GraphStep;
import dev.mergefarm.cli.graph.StepOutcome;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobProgress;
import dev.mergefarm.proto.v1.JobState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The progress of a whole graph in one line: every merge counts alike. */
final class GraphProgress implements GraphRun.Listener {

  private static final int WHOLE = 1000;

  private final ProgressLine line;
  private final int steps;
  private final Map<GraphStep, Job> running = new LinkedHashMap<>();
  private int ended;
  private int failed;

  GraphProgress(ProgressLine line, List<GraphStep> steps) {
    this.line = line;
    this.steps = steps.size();
  }

  @Override
  public void changed(GraphStep step, Job job) {
    running.put(step, job);
    show();
  }

  @Override
  public void ended(GraphStep step, StepOutcome outcome) {
    running.remove(step);
    ended++;
    failed += outcome.succeeded() ? 0 : 1;
    show();
  }

  private void show() {
    double done = ended + running.values().stream().mapToDouble(GraphProgress::share).sum();
    String now =
        running.entrySet().stream()
            .map(entry -> describe(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
    String counts =
        ended + " of " + steps + " done" + (failed > 0 ? ", " + failed + " failed" : "");
    line.show(
        "merge",
        (long) (done * WHOLE),
        (long) steps * WHOLE,
        now.isEmpty() ? counts : counts + "; " + now,
        Optional.empty());
  }

  private static String describe(GraphStep step, Job job) {
    return job.getState() == JobState.JOB_STATE_RUNNING && job.hasProgress()
        ? String.format(
            Locale.ROOT,
            "%s %s %.0f %%",
            step.name(),
            job.getProgress().getStage(),
            part(job.getProgress()) * 100)
        : step.name() + " " + JobReport.stateName(job.getState());
  }

  /** Of the merge itself; what comes before it counts as nothing done. */
  private static double share(Job job) {
    boolean merging = job.hasProgress() && job.getProgress().getStage().equals("merge");
    return merging ? part(job.getProgress()) : 0;
  }

  private static double part(JobProgress progress) {
    return progress.getBytesTotal() > 0
        ? Math.min(1.0, (double) progress.getBytesDone() / progress.getBytesTotal())
        : 0;
  }
}
