package dev.mergefarm.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.model.DefaultModelRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Families of language models, one small random model each, beside the project. */
class ModelFamiliesTest {

  private static final Path FAMILIES =
      Path.of(System.getProperty("mergefarm.shared", "../../shared")).resolve("goldens/lm");

  @Test
  void noFamilyLosesATensorOrIsUnknown(@TempDir Path output) throws IOException {
    Assumptions.assumeTrue(Files.isDirectory(FAMILIES), "the families are not here");
    List<String> families;
    try (Stream<Path> folders = Files.list(FAMILIES)) {
      families = folders.map(path -> path.getFileName().toString()).sorted().toList();
    }
    for (String family : families) {
      try (MergeEngine engine =
              new MergeEngine(
                  DefaultModelRepository.builder().localPaths(FAMILIES).build(),
                  new MergeSettings(1));
          LocalObjectStore store = new LocalObjectStore(output)) {
        RecipeCheck check =
            engine.validate(
                "merge_method: passthrough\nmodels: [{model: ./%s}]\n".formatted(family),
                MergeOptions.DEFAULTS);
        assertThat(check.problems())
            .as(family)
            .extracting(Problem::message)
            .noneMatch(message -> message.contains("definition"));
        engine.merge(
            check.planOrThrow(), store, family, Progress.Listener.NONE, Cancellation.NEVER);
        assertThat(sum(TinyModels.read(output.resolve(family))))
            .as(family)
            .isEqualTo(sum(TinyModels.read(FAMILIES.resolve(family))));
      }
    }
  }

  /** Every number once, whatever the names and the order of the tensors. */
  private static double sum(Map<String, float[]> tensors) {
    return tensors.values().stream()
        .flatMapToDouble(values -> DoubleStream.of(doubles(values)))
        .sorted()
        .reduce(0, Double::sum);
  }

  private static double[] doubles(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }
}
