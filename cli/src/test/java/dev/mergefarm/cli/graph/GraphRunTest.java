package dev.mergefarm.cli.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class GraphRunTest {

  /** A farm whose jobs end at once, some of them badly. */
  private static class Farm implements GraphFarm {
    final List<String> submitted = new CopyOnWriteArrayList<>();
    final Set<String> failing = new HashSet<>();

    @Override
    public Job submit(GraphStep step) {
      submitted.add(step.name());
      return Job.newBuilder().setId(step.name()).build();
    }

    @Override
    public Job follow(String jobId, Consumer<Job> listener) {
      JobState state =
          failing.contains(jobId) ? JobState.JOB_STATE_FAILED : JobState.JOB_STATE_SUCCEEDED;
      Job job = Job.newBuilder().setId(jobId).setState(state).build();
      listener.accept(job);
      return job;
    }
  }

  private final List<String> told = new ArrayList<>();
  private final GraphRun.Listener listener =
      new GraphRun.Listener() {
        @Override
        public void changed(GraphStep step, Job job) {
          told.add(step.name());
        }

        @Override
        public void ended(GraphStep step, StepOutcome outcome) {
          told.add(step.name() + (outcome.succeeded() ? " done" : " not done"));
        }
      };

  private static GraphStep step(String name, String... needs) {
    return new GraphStep(name, "", "models/" + name, List.of(needs));
  }

  private static final List<GraphStep> STEPS =
      List.of(step("a"), step("b"), step("c", "a", "b"), step("d", "b"), step("e", "c"));

  @Test
  void aStepIsSubmittedAfterAllThatItNeeds() {
    Farm farm = new Farm();
    Map<GraphStep, StepOutcome> outcomes = new GraphRun(farm, listener).run(STEPS);
    assertThat(outcomes.values()).allMatch(StepOutcome::succeeded);
    assertThat(outcomes.keySet()).containsExactlyElementsOf(STEPS);
    assertThat(farm.submitted.indexOf("c"))
        .isGreaterThan(farm.submitted.indexOf("a"))
        .isGreaterThan(farm.submitted.indexOf("b"));
    assertThat(farm.submitted).endsWith("e").hasSize(5);
    assertThat(told).contains("a", "a done").endsWith("e done");
  }

  @Test
  void whatNeedsAFailedStepIsNotSubmittedAndTheRestGoesOn() {
    Farm farm = new Farm();
    farm.failing.add("a");
    Map<GraphStep, StepOutcome> outcomes = new GraphRun(farm, listener).run(STEPS);
    assertThat(farm.submitted).containsExactlyInAnyOrder("a", "b", "d");
    assertThat(outcomes.get(STEPS.get(2))).isEqualTo(new StepOutcome.Skipped("a"));
    assertThat(outcomes.get(STEPS.get(3)).succeeded()).isTrue();
    assertThat(outcomes.get(STEPS.get(4))).isEqualTo(new StepOutcome.Skipped("c"));
  }

  @Test
  void aStepThatTheFarmRefusesStopsWhatNeedsIt() {
    IllegalStateException refusal = new IllegalStateException("no");
    Farm farm =
        new Farm() {
          @Override
          public Job submit(GraphStep step) {
            if (step.name().equals("b")) {
              throw refusal;
            }
            return super.submit(step);
          }
        };
    Map<GraphStep, StepOutcome> outcomes = new GraphRun(farm, listener).run(STEPS);
    assertThat(outcomes.get(STEPS.get(1))).isEqualTo(new StepOutcome.Refused(refusal));
    assertThat(outcomes.get(STEPS.get(3))).isEqualTo(new StepOutcome.Skipped("b"));
    assertThat(farm.submitted).containsExactly("a");
  }

  @Test
  void stepsThatNeedNothingRunAtTheSameTime() {
    CountDownLatch both = new CountDownLatch(2);
    Farm farm =
        new Farm() {
          @Override
          public Job follow(String jobId, Consumer<Job> changes) {
            both.countDown();
            try {
              both.await();
            } catch (InterruptedException interrupted) {
              throw new IllegalStateException(interrupted);
            }
            return super.follow(jobId, changes);
          }
        };
    assertThat(new GraphRun(farm, listener).run(STEPS.subList(0, 2)).values())
        .allMatch(StepOutcome::succeeded);
  }
}
