package dev.mergefarm.merge.plan;

import dev.mergefarm.merge.architecture.ModuleDefinition;
import dev.mergefarm.merge.recipe.ParameterSettings;
import java.util.List;
import java.util.OptionalInt;

/**
 * A recipe's wish for one module, every form reduced to slices.
 *
 * @param settings the module's own parameters
 * @param sliced whether the recipe gave slices, so that the layer count may change
 */
record NormalModule(
    ModuleDefinition definition, List<Slice> slices, ParameterSettings settings, boolean sliced) {

  NormalModule {
    slices = List.copyOf(slices);
  }

  /** Number of layers in the output. */
  int layers() {
    return slices.stream().mapToInt(Slice::length).sum();
  }

  /**
   * A run of output layers.
   *
   * @param path in the document
   * @param sources in listing order, each model once
   * @param base index of the base model among the sources
   */
  record Slice(String path, List<Source> sources, OptionalInt base, ParameterSettings settings) {
    Slice {
      sources = List.copyOf(sources);
    }

    int length() {
      return sources.getFirst().length();
    }
  }

  /**
   * A run of one model's layers.
   *
   * @param path in the document
   * @param implied whether it is the base model that the recipe does not list
   */
  record Source(
      String path,
      InspectedModel model,
      int start,
      int length,
      ParameterSettings settings,
      boolean implied) {}
}
