package dev.mergefarm.merge.recipe;

import java.util.List;
import java.util.SequencedMap;

/** What a recipe puts together: whole models, slices, or a recipe for each module. */
public sealed interface Content {

  /** Whole models. */
  record Models(List<Source> sources) implements Content {
    public Models {
      sources = List.copyOf(sources);
    }
  }

  /** Runs of layers, one after the other. */
  record Slices(List<Slice> slices) implements Content {
    public Slices {
      slices = List.copyOf(slices);
    }
  }

  /** The modules of a model with several parts, by name. */
  record Modules(SequencedMap<String, Module> modules) implements Content {}

  /**
   * One module's recipe.
   *
   * @param path in the document
   * @param content models or slices
   * @param parameters settings of this module
   */
  record Module(String path, Content content, ParameterSettings parameters) {
    public Module {
      if (content instanceof Modules) {
        throw new IllegalArgumentException("a module holds models or slices, not modules");
      }
    }
  }
}
