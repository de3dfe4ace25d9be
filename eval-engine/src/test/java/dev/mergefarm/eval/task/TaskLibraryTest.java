package dev.mergefarm.eval.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TaskLibraryTest {

  private final Map<String, String> files = new LinkedHashMap<>();
  private final Problems problems = new Problems();

  private List<TaskTree> resolve(String... requested) {
    return new TaskLibrary(new MemoryTaskFiles(files)).resolve(List.of(requested), problems);
  }

  private List<TaskTree.Leaf> leaves(String... requested) {
    return resolve(requested).stream().flatMap(TaskTree::leaves).toList();
  }

  @Test
  void anIncludingFileReplacesWholeKeysOfWhatItIncludes() {
    files.put(
        "common/_base", "doc_to_text: base\ngeneration_kwargs: {until: [x], temperature: 0}\n");
    files.put("a.yaml", "include: common/_base\ntask: a\ngeneration_kwargs: {until: [y]}\n");
    assertThat(leaves("a").getFirst().keys())
        .containsEntry("doc_to_text", "base")
        .containsEntry("generation_kwargs", Map.of("until", List.of("y")))
        .doesNotContainKey("include");
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void helpersStayWithTheFileThatNamesThem() {
    files.put("common/base.yaml", "doc_to_text: !function utils.text\n");
    files.put(
        "sub/a.yaml", "include: ../common/base.yaml\ntask: a\ndoc_to_target: !function own.f\n");
    Map<String, Object> keys = leaves("a").getFirst().keys();
    assertThat(keys.get("doc_to_text")).isEqualTo(new FunctionReference("common", "utils.text"));
    assertThat(((FunctionReference) keys.get("doc_to_target")).modulePath())
        .isEqualTo("sub/own.py");
  }

  @Test
  void includingInACircleIsAProblem() {
    files.put("a.yaml", "task: a\ninclude: b.yaml\n");
    files.put("b.yaml", "include: a.yaml\n");
    assertThat(leaves("a")).isEmpty();
    assertThat(problems.errors())
        .singleElement()
        .extracting(Problem::message)
        .asString()
        .contains("cycle");
  }

  @Test
  void tagsAndPatternsAndFilesAndFoldersNameTasks() {
    files.put("x/b.yaml", "task: b\ntag: [t, u]\n");
    files.put("x/a.yaml", "task: a\ntag: t\n");
    files.put("y/c.yaml", "task: c\n");
    assertThat(leaves("t")).extracting(TaskTree.Leaf::name).containsExactly("a", "b");
    assertThat(leaves("?")).extracting(TaskTree.Leaf::name).containsExactly("a", "b", "c");
    assertThat(leaves("x/b.yaml")).extracting(TaskTree.Leaf::name).containsExactly("b");
    assertThat(leaves("x")).extracting(TaskTree.Leaf::name).containsExactly("a", "b");
    assertThat(leaves("a").getFirst().keys()).doesNotContainKey("tag");
  }

  @Test
  void overridesOfOuterGroupsWinOverMembersAndMembersOverTheirGroup() {
    files.put("t.yaml", "task: t\nnum_fewshot: 1\ntarget_delimiter: own\ndescription: own\n");
    files.put(
        "inner.yaml",
        """
        group: inner
        num_fewshot: 2
        target_delimiter: inner
        description: inner
        task:
          - task: t
            target_delimiter: member
        """);
    files.put("outer.yaml", "group: outer\ndescription: outer\ntask: [inner]\n");
    assertThat(leaves("outer").getFirst().keys())
        .containsEntry("num_fewshot", 2L)
        .containsEntry("target_delimiter", "member")
        .containsEntry("description", "outer");
  }

  @Test
  void membersWithoutAFileOfTheirOwnAreNamedAfterTheirGroup() {
    files.put(
        "g.yaml",
        """
        group: g
        task:
          - {task: new, doc_to_text: x}
          - {group: part, task: [{task: other, doc_to_text: y}]}
        """);
    assertThat(leaves("g"))
        .extracting(TaskTree.Leaf::name)
        .containsExactly("g::new", "g::part::other");
  }

  @Test
  void aTaskRequestedTwiceAndAnUnknownMemberAreProblems() {
    files.put("t.yaml", "task: t\n");
    files.put("g.yaml", "group: g\ntask: [t, tt]\n");
    resolve("g", "t");
    assertThat(problems.errors())
        .extracting(Problem::code)
        .containsExactly(ErrorCode.TASK_NOT_FOUND, ErrorCode.INVALID_VALUE);
    assertThat(problems.errors().getFirst().path()).isEqualTo("g.yaml: task[1]");
  }

  @Test
  void groupsThatContainThemselvesEnd() {
    files.put("g.yaml", "group: g\ntask: [g]\n");
    resolve("g");
    assertThat(problems.errors()).extracting(Problem::message).asString().contains("deeper than");
  }

  @Test
  void aBrokenFileDoesNotHideOthers() {
    files.put("a.yaml", "task: a\n");
    files.put("broken.yaml", "task: [\n");
    assertThat(leaves("a")).hasSize(1);
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void scalarsFollowTheRulesOfTheReferencesYaml() {
    files.put(
        "a.yaml",
        "task: a\nv: [yes, off, 012, 1_000, 1e5, 1.5e+3, 2020-01-01, ~, 0x1F]\nv2: 1\nv2: 2\n");
    assertThat(leaves("a").getFirst().keys().get("v"))
        .isEqualTo(Arrays.asList(true, false, 10L, 1000L, "1e5", 1500.0, "2020-01-01", null, 31L));
    assertThat(leaves("a").getFirst().keys()).containsEntry("v2", 2L);
  }

  @Test
  void flowStyleFilesAreIndexedToo() {
    files.put("a.yaml", "{task: a, tag: t}\n");
    files.put("b.yaml", "\"task\": b\n");
    assertThat(leaves("t", "b")).hasSize(2);
  }
}
