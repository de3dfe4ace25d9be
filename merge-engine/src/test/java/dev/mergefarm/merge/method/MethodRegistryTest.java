package dev.mergefarm.merge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MethodRegistryTest {

  private final MethodRegistry registry = MethodRegistry.standard();

  @Test
  void theMethodsOfTheReferenceAndThreeMoreAreThere() {
    assertThat(registry.names())
        .containsExactlyInAnyOrder(
            "linear",
            "slerp",
            "nuslerp",
            "multislerp",
            "karcher",
            "task_arithmetic",
            "ties",
            "dare_linear",
            "dare_ties",
            "della",
            "della_linear",
            "breadcrumbs",
            "breadcrumbs_ties",
            "model_stock",
            "arcee_fusion",
            "nearswap",
            "sce",
            "ram",
            "ramplus_tl",
            "passthrough",
            "uniform_soup",
            "fisher",
            "regmean");
  }

  @Test
  void anUnknownNameIsAnErrorWithTheNearestOne() {
    Problems problems = new Problems();

    assertThat(registry.find("dare-tie", "merge_method", problems)).isEmpty();
    assertThat(problems.all())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.code()).isEqualTo(ErrorCode.UNKNOWN_METHOD);
              assertThat(problem.suggestion()).contains("dare_ties");
            });
  }

  @Test
  void twoMethodsOfOneNameAreRefused() {
    assertThatThrownBy(() -> new MethodRegistry(List.of(new Linear(), new Linear())))
        .hasMessageContaining("linear");
  }

  @Test
  void everyMethodAndParameterIsInTheDocumentation() throws IOException {
    String document =
        Files.readString(Path.of(System.getProperty("mergefarm.root"), "docs/merge-methods.md"));
    for (MergeMethod method : registry.all()) {
      assertThat(document).contains("`" + method.name() + "`").contains(method.title());
      method.reference().ifPresent(reference -> assertThat(document).contains(reference));
      for (ParameterSpec parameter : method.parameters()) {
        assertThat(document).as(method.name()).contains("`" + parameter.name() + "`");
      }
    }
  }
}
