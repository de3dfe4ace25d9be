package dev.mergefarm.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class JobTransitionsTest {

  @Test
  void everyPairOfStateAndEventHasOneRowAtTheMost() {
    Set<String> pairs = new HashSet<>();
    assertThat(JobTransitions.all())
        .allSatisfy(row -> assertThat(pairs.add(row.from() + " " + row.event())).isTrue());
  }

  @Test
  void nothingLeadsOutOfAFinalState() {
    assertThat(JobTransitions.all()).noneMatch(row -> row.from().isFinal());
  }

  @Test
  void everyStateCanBeReachedAndEveryOtherThanTheFinalOnesCanBeLeft() {
    Set<JobState> reached =
        JobTransitions.all().stream()
            .map(JobTransitions.Transition::to)
            .collect(Collectors.toSet());
    assertThat(reached).containsExactlyInAnyOrder(JobState.values());
    assertThat(JobState.values())
        .filteredOn(state -> !state.isFinal())
        .allSatisfy(
            state ->
                assertThat(JobTransitions.all())
                    .anyMatch(row -> row.from() == state && row.to() != state));
  }

  /** Run with {@code -Dmergefarm.update-docs=true} to write the page anew. */
  @Test
  void pageInTheDocumentationIsDrawnFromTheTable() throws IOException {
    Path page = Path.of(System.getProperty("mergefarm.root"), "docs", "job-states.md");
    if (Boolean.getBoolean("mergefarm.update-docs")) {
      Files.writeString(page, page());
    }
    assertThat(page).hasContent(page());
  }

  private static String page() {
    StringBuilder page = new StringBuilder("# States of a job\n\n");
    page.append(
        "Drawn from the table in `JobTransitions`; a pair of state and event that is not\n");
    page.append("here is refused. `JobTransitionsTest` says how to draw it anew.\n\n");
    page.append("```mermaid\nstateDiagram-v2\n  [*] --> QUEUED : CREATED\n");
    for (JobTransitions.Transition row : JobTransitions.all()) {
      page.append(
          String.format(Locale.ROOT, "  %s --> %s : %s%n", row.from(), row.to(), row.event()));
    }
    Arrays.stream(JobState.values())
        .filter(JobState::isFinal)
        .forEach(state -> page.append("  ").append(state).append(" --> [*]\n"));
    page.append("```\n\n| state | meaning |\n|---|---|\n");
    for (JobState state : JobState.values()) {
      page.append(String.format(Locale.ROOT, "| %s | %s |%n", state, state.meaning()));
    }
    page.append("\n| in state | event | leads to | when |\n|---|---|---|---|\n");
    for (JobTransitions.Transition row : JobTransitions.all()) {
      page.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s |%n",
              row.from(),
              row.event(),
              row.to(),
              row.meaning()));
    }
    return page.toString();
  }
}
