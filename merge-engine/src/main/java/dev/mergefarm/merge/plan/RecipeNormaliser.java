package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.ArchitectureDefinition;
import dev.mergefarm.merge.architecture.ModuleDefinition;
import dev.mergefarm.merge.recipe.Content;
import dev.mergefarm.merge.recipe.LayerRange;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.merge.recipe.ParameterSetting;
import dev.mergefarm.merge.recipe.ParameterSettings;
import dev.mergefarm.merge.recipe.Recipe;
import dev.mergefarm.merge.recipe.RecipeReader;
import dev.mergefarm.merge.recipe.Slice;
import dev.mergefarm.merge.recipe.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.function.Function;

/** Reduces every form of recipe to slices of modules, and checks the layer ranges. */
final class RecipeNormaliser {

  private final Recipe recipe;
  private final ArchitectureDefinition architecture;
  private final Function<ModelName, InspectedModel> models;
  private final Problems problems;
  private final Map<ModelPart, Integer> layers = new HashMap<>();

  RecipeNormaliser(
      Recipe recipe,
      ArchitectureDefinition architecture,
      Function<ModelName, InspectedModel> models,
      Problems problems) {
    this.recipe = recipe;
    this.architecture = architecture;
    this.models = models;
    this.problems = problems;
  }

  /** The modules that the recipe asks for; modules with errors are left out. */
  List<NormalModule> modules() {
    return switch (recipe.content()) {
      case Content.Models whole ->
          architecture.modules().values().stream()
              .flatMap(module -> whole(module, whole, ParameterSettings.NONE).stream())
              .toList();
      case Content.Slices slices -> {
        if (architecture.modules().size() > 1) {
          problems.error(
              ErrorCode.INVALID_VALUE,
              recipe.pathOf("slices"),
              "Model has multiple modules, must use modules: config syntax to work with slices."
                  + " The modules are "
                  + String.join(", ", architecture.modules().keySet())
                  + ".");
          yield List.of();
        }
        ModuleDefinition only = architecture.modules().firstEntry().getValue();
        yield sliced(only, slices, ParameterSettings.NONE).stream().toList();
      }
      case Content.Modules named -> named(named);
    };
  }

  private List<NormalModule> named(Content.Modules named) {
    List<NormalModule> modules = new ArrayList<>();
    named
        .modules()
        .forEach(
            (name, module) -> {
              ModuleDefinition definition = architecture.modules().get(name);
              if (definition == null) {
                problems.unknownName(
                    ErrorCode.UNKNOWN_KEY,
                    module.path(),
                    architecture.name() + " has no module '" + name + "'.",
                    name,
                    architecture.modules().keySet());
              } else {
                content(definition, module).ifPresent(modules::add);
              }
            });
    return modules;
  }

  private Optional<NormalModule> content(ModuleDefinition definition, Content.Module module) {
    return switch (module.content()) {
      case Content.Models whole -> whole(definition, whole, module.parameters());
      case Content.Slices slices -> sliced(definition, slices, module.parameters());
      case Content.Modules _ -> throw new IllegalStateException("modules do not nest");
    };
  }

  private Optional<NormalModule> whole(
      ModuleDefinition definition, Content.Models whole, ParameterSettings settings) {
    List<NormalModule.Source> sources = new ArrayList<>();
    for (Source source : whole.sources()) {
      InspectedModel model = models.apply(source.model());
      sources.add(
          new NormalModule.Source(
              source.path(), model, 0, layers(model, definition), source.parameters(), false));
    }
    Optional<ModelName> base = recipe.baseModel();
    if (base.isPresent()
        && whole.sources().stream().noneMatch(source -> source.model().equals(base.get()))) {
      InspectedModel model = models.apply(base.get());
      sources.add(
          new NormalModule.Source(
              recipe.pathOf("base_model"),
              model,
              0,
              layers(model, definition),
              ParameterSettings.NONE,
              true));
    }
    if (!equalDepth(sources, definition)) {
      return Optional.empty();
    }
    String path = whole.sources().getFirst().path().replaceFirst("\\[\\d+]$", "");
    NormalModule.Slice slice = slice(path, sources, base, ParameterSettings.NONE);
    return Optional.of(new NormalModule(definition, List.of(slice), settings, false));
  }

  /** Counting the layers of a model may take a pass over its tensors' names. */
  private int layers(InspectedModel model, ModuleDefinition definition) {
    return layers.computeIfAbsent(
        new ModelPart(model.name(), definition.name()), _ -> model.layers(definition));
  }

  private record ModelPart(ModelName model, String module) {}

  private boolean equalDepth(List<NormalModule.Source> sources, ModuleDefinition definition) {
    int length = sources.getFirst().length();
    boolean equal = true;
    for (NormalModule.Source source : sources) {
      if (source.length() != length) {
        equal = false;
        problems.error(
            ErrorCode.SHAPE_MISMATCH,
            source.path(),
            "All inputs to a slice must contain the same number of layers: "
                + sources.getFirst().model().name()
                + " has "
                + length
                + " ("
                + definition.name()
                + "), "
                + source.model().name()
                + " has "
                + source.length()
                + ".");
      }
    }
    return equal;
  }

  private Optional<NormalModule> sliced(
      ModuleDefinition definition, Content.Slices slices, ParameterSettings settings) {
    List<NormalModule.Slice> normal = new ArrayList<>();
    boolean sound = true;
    for (Slice slice : slices.slices()) {
      List<NormalModule.Source> sources = new ArrayList<>();
      for (Source source : slice.sources()) {
        LayerRange range = source.layers().orElseThrow();
        InspectedModel model = models.apply(source.model());
        sound &= inRange(source, range, layers(model, definition));
        sources.add(
            new NormalModule.Source(
                source.path(), model, range.start(), range.length(), source.parameters(), false));
      }
      if (sources.isEmpty()) {
        sound = false;
      } else {
        normal.add(
            slice(
                slice.path(),
                sources,
                slice.baseModel().or(recipe::baseModel),
                slice.parameters()));
      }
    }
    int total = normal.stream().mapToInt(NormalModule.Slice::length).sum();
    if (total > RecipeReader.MOST_LAYERS) {
      problems.error(
          ErrorCode.LAYER_OUT_OF_RANGE,
          recipe.pathOf("slices"),
          "The output would have "
              + total
              + " layers, more than "
              + RecipeReader.MOST_LAYERS
              + ".");
      sound = false;
    }
    return sound
        ? Optional.of(new NormalModule(definition, normal, settings, true))
        : Optional.empty();
  }

  private boolean inRange(Source source, LayerRange range, int layers) {
    if (range.end() <= layers) {
      return true;
    }
    problems.error(
        ErrorCode.LAYER_OUT_OF_RANGE,
        source.path() + ".layer_range",
        "The layer range "
            + range
            + " passes the end of "
            + source.model()
            + ", which has "
            + layers
            + " layers.");
    return false;
  }

  /**
   * Joins what a slice lists: a model that is there twice is one input, with its last range and its
   * first settings, as in mergekit.
   */
  private NormalModule.Slice slice(
      String path,
      List<NormalModule.Source> listed,
      Optional<ModelName> base,
      ParameterSettings settings) {
    SequencedMap<ModelName, NormalModule.Source> distinct = new LinkedHashMap<>();
    for (NormalModule.Source source : listed) {
      NormalModule.Source first = distinct.get(source.model().name());
      if (first != null) {
        problems.warning(
            ErrorCode.INVALID_VALUE,
            source.path(),
            source.model().name()
                + " appears twice in one slice and counts once, with its last range and its first"
                + " settings; to blend two layers of one model, merge in two steps.");
        source =
            new NormalModule.Source(
                first.path(),
                first.model(),
                source.start(),
                source.length(),
                merged(first.settings(), source.settings()),
                first.implied());
      }
      distinct.put(source.model().name(), source);
    }
    List<NormalModule.Source> sources = List.copyOf(distinct.values());
    OptionalInt baseIndex = OptionalInt.empty();
    for (int i = 0; i < sources.size(); i++) {
      if (base.isPresent() && sources.get(i).model().name().equals(base.get())) {
        baseIndex = OptionalInt.of(i);
      }
    }
    return new NormalModule.Slice(path, sources, baseIndex, settings);
  }

  private static ParameterSettings merged(ParameterSettings first, ParameterSettings second) {
    SequencedMap<String, ParameterSetting> settings = new LinkedHashMap<>(first.settings());
    second.settings().forEach(settings::putIfAbsent);
    return new ParameterSettings(first.path(), settings);
  }
}
