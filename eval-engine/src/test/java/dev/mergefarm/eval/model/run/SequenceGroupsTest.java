package dev.mergefarm.eval.model.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.eval.model.run.SequenceGroups.Group;
import dev.mergefarm.eval.model.run.SequenceGroups.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SequenceGroupsTest {

  private static int[] sequence(int... parts) {
    return Arrays.copyOf(parts, parts.length);
  }

  /** A run of equal length whose tokens are all different from other runs'. */
  private static int[] run(int first, int length) {
    return IntStream.range(first, first + length).toArray();
  }

  private static int[] join(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }

  private static List<Group> groups(List<int[]> sequences, boolean joins) {
    List<int[]> sorted = new ArrayList<>(sequences);
    sorted.sort(Arrays::compare);
    int[] scoredFrom = sorted.stream().mapToInt(tokens -> tokens.length - 1).toArray();
    return new SequenceGroups(sorted, scoredFrom, joins).groups();
  }

  @Test
  void choicesOfAQuestionAreOneTree() {
    int[] question = run(100, 30);
    List<Group> groups =
        groups(
            List.of(
                join(question, sequence(1, 2)),
                join(question, sequence(1, 3)),
                join(question, sequence(4))),
            true);
    assertThat(groups).containsExactly(new Group(0, List.of(new Span(0, 3))));
  }

  @Test
  void questionsAfterTheSameExamplesShareThemAsAPrefix() {
    int[] examples = run(1000, 300);
    List<int[]> sequences = new ArrayList<>();
    for (int question = 0; question < 10; question++) {
      int[] context = join(examples, run(2000 + 100 * question, 50));
      sequences.add(join(context, sequence(1)));
      sequences.add(join(context, sequence(2)));
    }
    List<Group> groups = groups(sequences, true);
    assertThat(groups).hasSize(1);
    assertThat(groups.getFirst().prefix()).isEqualTo(300);
    assertThat(groups.getFirst().trees()).hasSize(10);
  }

  @Test
  void eachSetOfExamplesIsAPrefixOfItsOwn() {
    List<int[]> sequences = new ArrayList<>();
    for (int set = 0; set < 2; set++) {
      for (int question = 0; question < 20; question++) {
        sequences.add(
            join(sequence(7), run(1000 + 1000 * set, 200), run(5000 + 90 * question, 40)));
      }
    }
    assertThat(groups(sequences, true)).extracting(Group::prefix).containsExactly(201, 201);
  }

  @Test
  void sequencesWithLittleInCommonStandAlone() {
    List<Group> groups =
        groups(
            List.of(join(sequence(1), run(100, 20)), join(sequence(1), run(200, 20)), run(50, 9)),
            true);
    assertThat(groups).hasSize(1);
    assertThat(groups.getFirst().prefix()).isZero();
    assertThat(groups.getFirst().trees()).hasSize(3);
  }

  @Test
  void aPrefixEndsBeforeTheFirstPredictionWanted() {
    int[] examples = run(1000, 300);
    List<int[]> sorted =
        List.of(
            join(examples, run(1, 20)), join(examples, run(40, 20)), join(examples, run(80, 9)));
    List<Group> groups = new SequenceGroups(sorted, new int[] {250, 310, 300}, false).groups();
    assertThat(groups.getFirst().prefix()).isEqualTo(250);
  }

  @Test
  void withoutJoiningEverySequenceIsATree() {
    int[] question = run(100, 30);
    List<Group> groups =
        groups(List.of(join(question, sequence(1)), join(question, sequence(2))), false);
    assertThat(groups).hasSize(1);
    assertThat(groups.getFirst().trees()).hasSize(2);
  }
}
