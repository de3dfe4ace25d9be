package dev.mergefarm.merge.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.kernel.Kernels;
import dev.mergefarm.merge.method.MergeInput;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.method.MethodRegistry;
import dev.mergefarm.merge.method.ParameterSpec;
import dev.mergefarm.merge.method.ParameterValues;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.recipe.Compatibility;
import dev.mergefarm.merge.recipe.Content;
import dev.mergefarm.merge.recipe.ParameterSettings;
import dev.mergefarm.merge.recipe.Recipe;
import dev.mergefarm.merge.recipe.RecipeReader;
import dev.mergefarm.merge.recipe.Source;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.safetensors.SafetensorsTensorSource;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Methods against what the reference program wrote, tensor by tensor, for recipes of whole models
 * whose tensors have one name in all of them.
 */
class MethodGoldenTest {

  private static final Path GOLDENS =
      Path.of(System.getProperty("mergefarm.shared", "none"), "goldens", "merge");
  private static final Pattern LAYER = Pattern.compile("layers\\.(\\d+)\\.");
  private static final int LAYERS = 6;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "linear-normalized",
        "linear-sum-negative",
        "linear-gradient-filter",
        "task-arithmetic",
        "task-arithmetic-chat-vector",
        "ties",
        "ties-unnormalized-gradient",
        "dare-linear-density-one",
        "breadcrumbs",
        "breadcrumbs-ties",
        "nearswap",
        "ram",
      })
  void theReferencesNumbersAreReachedExactly(String name) throws IOException {
    forEachTensor(name, (tensor, ours, theirs) -> assertThat(ours).as(tensor).isEqualTo(theirs));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "slerp-unrelated",
        "slerp-colinear",
        "hierarchical-stage-one",
        "nuslerp",
        "nuslerp-rowwise",
        "nuslerp-colwise-base",
        "multislerp",
        "multislerp-base",
        "model-stock",
        "model-stock-filter-wise",
        "sce",
        "sce-topk",
        "ramplus",
      })
  void theReferencesNumbersAreReachedInSingleRoundings(String name) throws IOException {
    forEachTensor(name, (tensor, ours, theirs) -> assertClose(tensor, ours, theirs, 1e-5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"karcher"})
  void anIterationThatStopsEarlyIsReachedLoosely(String name) throws IOException {
    forEachTensor(name, (tensor, ours, theirs) -> assertClose(tensor, ours, theirs, 1e-4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear-bf16-inputs-f32-math"})
  void fewElementsDifferByOneUnitAfterRoundingToBfloat16(String name) throws IOException {
    forEachTensor(name, (tensor, ours, theirs) -> assertFewDiffer(tensor, ours, theirs, 0.01));
  }

  private interface Comparison {
    void compare(String tensor, float[] ours, float[] theirs);
  }

  private static void assertClose(String tensor, float[] ours, float[] theirs, double tolerance) {
    double error = 0;
    double norm = 0;
    double largest = 0;
    double worst = 0;
    for (int i = 0; i < ours.length; i++) {
      double difference = (double) ours[i] - theirs[i];
      error += difference * difference;
      norm += (double) theirs[i] * theirs[i];
      largest = Math.max(largest, Math.abs(theirs[i]));
      worst = Math.max(worst, Math.abs(difference));
    }
    assertThat(Math.sqrt(error)).as(tensor).isLessThanOrEqualTo(tolerance * Math.sqrt(norm));
    assertThat(worst).as(tensor).isLessThanOrEqualTo(tolerance * largest);
  }

  private static void assertFewDiffer(String tensor, float[] ours, float[] theirs, double share) {
    int different = 0;
    for (int i = 0; i < ours.length; i++) {
      if (ours[i] != theirs[i]) {
        different++;
        assertThat(Math.abs(ours[i] - theirs[i]))
            .as(tensor)
            .isLessThanOrEqualTo(Math.abs(theirs[i]) / 128);
      }
    }
    assertThat(different).as(tensor).isLessThanOrEqualTo((int) (share * ours.length));
  }

  private static void forEachTensor(String name, Comparison comparison) throws IOException {
    assumeTrue(Files.isDirectory(GOLDENS), "the goldens are not here");
    Recipe recipe = recipe(GOLDENS.resolve("cases").resolve(name).resolve("config.yml"));
    try (LocalObjectStore store = new LocalObjectStore(GOLDENS);
        TensorMerger merger =
            new CpuTensorMerger(Kernels.best(), new ExecutionSettings(2, 1 << 16, 1 << 20))) {
      Map<String, SafetensorsTensorSource> models = new LinkedHashMap<>();
      for (Source source : sources(recipe)) {
        models.put(
            source.model().reference().path(), open(store, source.model().reference().path()));
      }
      SafetensorsTensorSource expected = open(store, "cases/" + name + "/expected");
      for (TensorInfo info : expected.tensors().values()) {
        ArrayBlocks ours = MergeRunner.run(merger, merge(recipe, models, info));
        TensorBlocks theirs = TensorBlocks.stored(expected, info);
        comparison.compare(info.name(), ours.values(), values(theirs));
      }
    }
  }

  private static Recipe recipe(Path file) throws IOException {
    Problems problems = new Problems();
    List<Recipe> recipes =
        RecipeReader.read(
            Files.readString(file),
            Compatibility.MERGEKIT,
            MethodRegistry.standard()::find,
            problems);
    problems.throwIfErrors();
    return recipes.getFirst();
  }

  private static SafetensorsTensorSource open(LocalObjectStore store, String path) {
    return SafetensorsTensorSource.open(new ObjectFolder(store, path + "/"));
  }

  private static float[] values(TensorBlocks blocks) {
    MemorySegment bytes =
        Arena.ofAuto().allocate(blocks.dataType().bytesFor(blocks.shape().elements()));
    blocks.read(0, bytes);
    return ArrayBlocks.ofBytes(
            blocks.dataType(), blocks.shape(), bytes.toArray(ValueLayout.JAVA_BYTE))
        .values();
  }

  /** The listed models, and the base after them if it is not among them. */
  private static List<Source> sources(Recipe recipe) {
    List<Source> sources = new ArrayList<>(((Content.Models) recipe.content()).sources());
    recipe
        .baseModel()
        .filter(base -> sources.stream().noneMatch(source -> source.model().equals(base)))
        .ifPresent(
            base -> sources.add(new Source("", base, Optional.empty(), ParameterSettings.NONE)));
    return sources;
  }

  private static TensorMerge merge(
      Recipe recipe, Map<String, SafetensorsTensorSource> models, TensorInfo info) {
    MergeMethod method = MethodRegistry.standard().find(recipe.method()).orElseThrow();
    Matcher layer = LAYER.matcher(info.name());
    double position = layer.find() ? Double.parseDouble(layer.group(1)) / (LAYERS - 1) : 0;
    List<MergeInput> inputs = new ArrayList<>();
    OptionalInt base = OptionalInt.empty();
    for (Source source : sources(recipe)) {
      if (recipe.baseModel().filter(source.model()::equals).isPresent()) {
        base = OptionalInt.of(inputs.size());
      }
      SafetensorsTensorSource tensors = models.get(source.model().reference().path());
      inputs.add(
          new MergeInput(
              source.model().reference().path(),
              TensorBlocks.stored(tensors, tensors.find(info.name()).orElseThrow()),
              parameters(recipe, source, method, info.name(), position)));
    }
    Problems problems = new Problems();
    Optional<TensorMerge> merge =
        TensorMerge.plan(
            new TensorMerge.Request(
                method,
                info.name(),
                info.name().contains("embed_tokens") || info.name().contains("lm_head"),
                inputs,
                base,
                parameters(recipe, null, method, info.name(), position),
                recipe.outputDataType().or(recipe::dataType),
                42),
            problems);
    problems.throwIfErrors();
    return merge.orElseThrow();
  }

  private static ParameterValues parameters(
      Recipe recipe, Source source, MergeMethod method, String tensor, double position) {
    Map<String, Object> values = new HashMap<>();
    for (ParameterSpec parameter : method.parameters()) {
      Optional<Object> own =
          source == null
              ? Optional.empty()
              : source.parameters().resolve(parameter.name(), tensor, position);
      own.or(() -> recipe.parameters().resolve(parameter.name(), tensor, position))
          .ifPresent(value -> values.put(parameter.name(), value));
    }
    return new ParameterValues(values);
  }
}
