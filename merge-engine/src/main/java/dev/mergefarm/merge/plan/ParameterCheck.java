package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.NearestName;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.method.MethodRegistry;
import dev.mergefarm.merge.method.ParameterSpec;
import dev.mergefarm.merge.recipe.Compatibility;
import dev.mergefarm.merge.recipe.Content;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.merge.recipe.ParameterSetting;
import dev.mergefarm.merge.recipe.ParameterSettings;
import dev.mergefarm.merge.recipe.Recipe;
import dev.mergefarm.merge.recipe.Slice;
import dev.mergefarm.merge.recipe.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks a recipe's parameters against what its method declares, at the places where they are
 * written: names, types and ranges, and that required ones are given somewhere.
 */
final class ParameterCheck {

  private final MergeMethod method;
  private final Map<String, ParameterSpec> known;
  private final MethodRegistry registry;
  private final Compatibility compatibility;
  private final Problems problems;

  ParameterCheck(
      MergeMethod method, MethodRegistry registry, Compatibility compatibility, Problems problems) {
    this.method = method;
    this.registry = registry;
    this.compatibility = compatibility;
    this.problems = problems;
    this.known =
        method.parameters().stream()
            .collect(Collectors.toMap(ParameterSpec::name, Function.identity()));
  }

  /** Checks every level of the recipe. */
  void check(Recipe recipe) {
    level(recipe.parameters(), false);
    content(recipe.content(), recipe, List.of(recipe.parameters()));
  }

  private void content(Content content, Recipe recipe, List<ParameterSettings> outer) {
    switch (content) {
      case Content.Models models -> {
        required(recipe.pathOf("parameters"), outer);
        models.sources().forEach(source -> source(source, recipe, Optional.empty(), outer));
        unlistedBase(models, recipe, outer);
      }
      case Content.Slices slices -> slices.slices().forEach(slice -> slice(slice, recipe, outer));
      case Content.Modules modules ->
          modules
              .modules()
              .values()
              .forEach(
                  module -> {
                    level(module.parameters(), false);
                    content(module.content(), recipe, with(outer, module.parameters()));
                  });
    }
  }

  /** A base that the method does not know joins the merge, and needs what every model needs. */
  private void unlistedBase(Content.Models models, Recipe recipe, List<ParameterSettings> outer) {
    boolean joins =
        recipe.baseModel().isPresent()
            && !method.baseModelRule().special()
            && models.sources().stream()
                .noneMatch(source -> source.model().equals(recipe.baseModel().get()));
    if (joins) {
      requiredOfModel(recipe.pathOf("base_model"), recipe.baseModel().get(), outer);
    }
  }

  private void slice(Slice slice, Recipe recipe, List<ParameterSettings> outer) {
    level(slice.parameters(), false);
    List<ParameterSettings> levels = with(outer, slice.parameters());
    required(slice.path() + ".parameters", levels);
    slice.sources().forEach(source -> source(source, recipe, Optional.of(slice), levels));
  }

  private static List<ParameterSettings> with(
      List<ParameterSettings> outer, ParameterSettings inner) {
    return Stream.concat(outer.stream(), Stream.of(inner)).toList();
  }

  private void required(String path, List<ParameterSettings> levels) {
    for (ParameterSpec spec : method.parameters()) {
      if (spec.scope() == ParameterSpec.Scope.GLOBAL
          && spec.required()
          && levels.stream().noneMatch(level -> level.settings().containsKey(spec.name()))) {
        problems.error(
            ErrorCode.MISSING_KEY,
            path + "." + spec.name(),
            "Missing required parameter " + spec.name() + " of " + method.name() + ".");
      }
    }
  }

  private void source(
      Source source, Recipe recipe, Optional<Slice> slice, List<ParameterSettings> outer) {
    level(source.parameters(), true);
    boolean isBase =
        slice
            .flatMap(Slice::baseModel)
            .or(recipe::baseModel)
            .filter(source.model()::equals)
            .isPresent();
    if (isBase && method.baseModelRule().special()) {
      return;
    }
    requiredOfModel(
        source.path() + ".parameters", source.model(), with(outer, source.parameters()));
  }

  private void requiredOfModel(String path, ModelName model, List<ParameterSettings> levels) {
    for (ParameterSpec spec : method.parameters()) {
      if (spec.scope() == ParameterSpec.Scope.PER_MODEL
          && spec.required()
          && levels.stream().noneMatch(level -> level.settings().containsKey(spec.name()))) {
        problems.error(
            ErrorCode.MISSING_KEY,
            path + "." + spec.name(),
            "Missing required parameter " + spec.name() + " for " + model + ".");
      }
    }
  }

  private void level(ParameterSettings settings, boolean ofOneModel) {
    settings
        .settings()
        .forEach(
            (name, setting) -> {
              ParameterSpec spec = known.get(name);
              if (spec == null) {
                unknown(name, settings.pathOf(name));
              } else if (ofOneModel && spec.scope() == ParameterSpec.Scope.GLOBAL) {
                problems.warning(
                    ErrorCode.UNKNOWN_KEY,
                    settings.pathOf(name),
                    "'"
                        + name
                        + "' is no setting of a single model and is ignored here;"
                        + " write it under the recipe's or the slice's parameters.");
              } else {
                value(spec, setting, settings.pathOf(name));
              }
            });
  }

  private void unknown(String name, String path) {
    boolean known =
        registry.all().stream()
            .flatMap(other -> other.parameters().stream())
            .anyMatch(spec -> spec.name().equals(name));
    if (known) {
      problems.warning(
          ErrorCode.UNKNOWN_KEY,
          path,
          "The method " + method.name() + " has no parameter '" + name + "'; ignored.");
      return;
    }
    boolean strict = compatibility == Compatibility.STRICT;
    problems.add(
        new Problem(
            ErrorCode.UNKNOWN_KEY,
            strict ? Problem.Severity.ERROR : Problem.Severity.WARNING,
            path,
            "No merge method has a parameter '" + name + "'" + (strict ? "." : "; ignored."),
            NearestName.among(name, this.known.keySet())));
  }

  private void value(ParameterSpec spec, ParameterSetting setting, String path) {
    switch (setting) {
      case ParameterSetting.Number number -> spec.check(number.value(), path, problems);
      case ParameterSetting.Text text -> spec.check(text.value(), path, problems);
      case ParameterSetting.Gradient gradient -> {
        for (int i = 0; i < gradient.values().size(); i++) {
          spec.check(gradient.values().get(i), path + "[" + i + "]", problems);
        }
      }
      case ParameterSetting.Filtered filtered -> {
        for (int i = 0; i < filtered.branches().size(); i++) {
          value(spec, filtered.branches().get(i).setting(), path + "[" + i + "].value");
        }
      }
    }
  }
}
