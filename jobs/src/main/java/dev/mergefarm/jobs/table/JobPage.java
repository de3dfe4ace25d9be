package dev.mergefarm.jobs.table;

import dev.mergefarm.jobs.JobView;
import java.util.List;

/**
 * Part of a list of jobs.
 *
 * @param jobs newest first
 * @param nextPageToken what to ask the next page with; empty on the last
 */
public record JobPage(List<JobView> jobs, String nextPageToken) {

  public JobPage {
    jobs = List.copyOf(jobs);
  }
}
