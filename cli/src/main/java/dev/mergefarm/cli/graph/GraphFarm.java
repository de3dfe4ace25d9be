package dev.mergefarm.cli.graph;

import dev.mergefarm.proto.v1.Job;
import java.util.function.Consumer;

/** What running a graph needs of a farm. Called from many threads. */
public interface GraphFarm {

  /** Submits a step's merge, or finds the job that an earlier call made of it. */
  Job submit(GraphStep step);

  /**
   * Follows a job to its end.
   *
   * @param listener told of each change
   * @return the job in its final state
   */
  Job follow(String jobId, Consumer<Job> listener);
}
