package dev.mergefarm.merge.recipe;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.tensor.DataType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Reads recipes. Every problem of form is reported with its path; what needs methods or models to
 * judge is left to the planner.
 */
public final class RecipeReader {

  /** Most layers that a model, or the output of a recipe, can have. */
  public static final int MOST_LAYERS = 10_000;

  private static final Map<String, DataType> DATA_TYPES =
      Map.of("float32", DataType.F32, "float16", DataType.F16, "bfloat16", DataType.BF16);

  private final Problems problems;
  private final Compatibility compatibility;
  private final ParameterReader parameters;
  private final ModelNameReader models;
  private final MethodNameCheck methods;

  /** Adds an error when there is no merge method of a name. */
  @FunctionalInterface
  public interface MethodNameCheck {

    /**
     * @param path where the name stands
     */
    void check(String name, String path, Problems problems);
  }

  private RecipeReader(Problems problems, Compatibility compatibility, MethodNameCheck methods) {
    this.methods = methods;
    this.problems = problems;
    this.compatibility = compatibility;
    this.parameters = new ParameterReader(problems, compatibility);
    this.models = new ModelNameReader(problems, compatibility);
  }

  /**
   * Reads every recipe of a YAML stream.
   *
   * @param methods asked about the methods of recipes that cannot be read whole
   * @return the recipes that could be read; with errors among the problems, perhaps not all
   */
  public static List<Recipe> read(
      String yaml, Compatibility compatibility, MethodNameCheck methods, Problems problems) {
    List<YamlNode> documents = YamlDocuments.read(yaml, problems);
    if (documents.isEmpty() && !problems.hasErrors()) {
      problems.error(ErrorCode.MISSING_KEY, "", "The document is empty; a recipe is needed.");
    }
    RecipeReader reader = new RecipeReader(problems, compatibility, methods);
    List<Recipe> recipes = new ArrayList<>();
    for (YamlNode document : documents) {
      Fields.asMapping(document, problems).flatMap(reader::recipe).ifPresent(recipes::add);
    }
    return List.copyOf(recipes);
  }

  /** The type that a recipe's {@code dtype} names, with or without {@code torch.} before it. */
  public static Optional<DataType> dataType(String name) {
    return Optional.ofNullable(
        DATA_TYPES.get(name.toLowerCase(Locale.ROOT).replaceFirst("^torch\\.", "")));
  }

  private Optional<Recipe> recipe(YamlNode.Mapping mapping) {
    Fields fields = new Fields(mapping, problems);
    Optional<String> name = fields.text("name");
    if (fields.node("merge_method").isEmpty()) {
      problems.error(
          ErrorCode.MISSING_KEY, fields.path("merge_method"), "A recipe needs a 'merge_method'.");
    }
    Optional<String> method = fields.text("merge_method");
    Optional<Content> content = content(fields, true);
    Optional<ModelName> base = models.optional(fields, "base_model");
    ParameterSettings settings = parameters.read(fields);
    Optional<DataType> dataType = dataType(fields, "dtype");
    Optional<DataType> outputDataType = dataType(fields, "out_dtype");
    Optional<TokenizerRecipe> tokenizer = new TokenizerReader(problems, compatibility).read(fields);
    Optional<String> template = fields.text("chat_template");
    fields.reportUnknown(compatibility);
    if (method.isEmpty() || content.isEmpty()) {
      // Nobody will plan this recipe, so that its method is looked at here or not at all.
      method.ifPresent(given -> methods.check(given, fields.path("merge_method"), problems));
      return Optional.empty();
    }
    return Optional.of(
        new Recipe(
            mapping.path(),
            name,
            method.get(),
            content.get(),
            base,
            settings,
            dataType,
            outputDataType,
            tokenizer,
            template));
  }

  private Optional<DataType> dataType(Fields fields, String key) {
    Optional<String> name = fields.text(key);
    Optional<DataType> type = name.flatMap(RecipeReader::dataType);
    if (name.isPresent() && type.isEmpty()) {
      problems.unknownName(
          ErrorCode.INVALID_VALUE,
          fields.path(key),
          "Expected float32, float16 or bfloat16, found '" + name.get() + "'.",
          name.get(),
          DATA_TYPES.keySet());
    }
    return type;
  }

  private Optional<Content> content(Fields fields, boolean topLevel) {
    Optional<YamlNode> wholeModels = fields.node("models").filter(RecipeReader::filled);
    Optional<YamlNode> slices = fields.node("slices").filter(RecipeReader::filled);
    Optional<YamlNode> modules =
        topLevel ? fields.node("modules").filter(RecipeReader::filled) : Optional.empty();
    long given = List.of(wholeModels, slices, modules).stream().filter(Optional::isPresent).count();
    if (given != 1) {
      problems.error(
          given == 0 ? ErrorCode.MISSING_KEY : ErrorCode.INVALID_VALUE,
          fields.path(),
          topLevel
              ? "Exactly one of 'models', 'slices', or 'modules' must be present."
              : "Must specify either output slices or models to merge.");
      return Optional.empty();
    }
    if (wholeModels.isPresent()) {
      List<Source> sources = sources(fields.items("models"), false);
      return sources.isEmpty() ? Optional.empty() : Optional.of(new Content.Models(sources));
    }
    if (slices.isPresent()) {
      List<Slice> read = slices(fields.items("slices"));
      return read.isEmpty() ? Optional.empty() : Optional.of(new Content.Slices(read));
    }
    return fields.mapping("modules").map(this::modules);
  }

  private static boolean filled(YamlNode node) {
    return switch (node) {
      case YamlNode.Mapping mapping -> !mapping.entries().isEmpty();
      case YamlNode.Sequence sequence -> !sequence.items().isEmpty();
      case YamlNode.Scalar _ -> true;
    };
  }

  private Content modules(YamlNode.Mapping mapping) {
    SequencedMap<String, Content.Module> modules = new LinkedHashMap<>();
    mapping
        .entries()
        .forEach(
            (name, node) ->
                Fields.asMapping(node, problems)
                    .flatMap(this::module)
                    .ifPresent(module -> modules.put(name, module)));
    return new Content.Modules(modules);
  }

  private Optional<Content.Module> module(YamlNode.Mapping mapping) {
    Fields fields = new Fields(mapping, problems);
    Optional<Content> content = content(fields, false);
    ParameterSettings settings = parameters.read(fields);
    fields.reportUnknown(compatibility);
    return content.map(value -> new Content.Module(mapping.path(), value, settings));
  }

  private List<Slice> slices(List<YamlNode> items) {
    List<Slice> slices = new ArrayList<>();
    for (YamlNode item : items) {
      Fields.asMapping(item, problems).map(this::slice).ifPresent(slices::add);
    }
    return slices;
  }

  private Slice slice(YamlNode.Mapping mapping) {
    Fields fields = new Fields(mapping, problems);
    List<YamlNode> items = fields.items("sources");
    List<Source> sources = sources(items, true);
    if (items.isEmpty()) {
      problems.error(
          ErrorCode.MISSING_KEY, fields.path("sources"), "A slice needs at least one source.");
    }
    Optional<ModelName> base = models.optional(fields, "base_model");
    if (fields.node("residual_weight").isPresent()) {
      problems.warning(
          ErrorCode.UNKNOWN_KEY,
          fields.path("residual_weight"),
          "'residual_weight' has no effect; ignored.");
    }
    ParameterSettings settings = parameters.read(fields);
    fields.reportUnknown(compatibility);
    Slice slice = new Slice(mapping.path(), sources, base, settings);
    checkLengths(slice);
    return slice;
  }

  private void checkLengths(Slice slice) {
    long lengths =
        slice.sources().stream()
            .flatMap(source -> source.layers().stream())
            .mapToInt(LayerRange::length)
            .distinct()
            .count();
    if (lengths > 1) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          slice.path(),
          "All inputs to a slice must contain the same number of layers.");
    }
  }

  private List<Source> sources(List<YamlNode> items, boolean layers) {
    List<Source> sources = new ArrayList<>();
    for (YamlNode item : items) {
      Fields.asMapping(item, problems)
          .flatMap(mapping -> source(mapping, layers))
          .ifPresent(sources::add);
    }
    return sources;
  }

  private Optional<Source> source(YamlNode.Mapping mapping, boolean layers) {
    Fields fields = new Fields(mapping, problems);
    Optional<ModelName> model = models.required(fields, "model");
    Optional<LayerRange> range = layers ? layerRange(fields) : Optional.empty();
    ParameterSettings settings = parameters.read(fields);
    fields.reportUnknown(compatibility);
    if (model.isEmpty() || (layers && range.isEmpty())) {
      return Optional.empty();
    }
    return Optional.of(new Source(mapping.path(), model.get(), range, settings));
  }

  private Optional<LayerRange> layerRange(Fields fields) {
    String path = fields.path("layer_range");
    Optional<YamlNode> node = fields.node("layer_range");
    if (node.isEmpty()) {
      problems.error(
          ErrorCode.MISSING_KEY, path, "A slice's source needs 'layer_range: [start, end]'.");
      return Optional.empty();
    }
    if (!(node.get() instanceof YamlNode.Sequence list) || list.items().size() != 2) {
      Fields.wrongKind(node.get(), "[start, end]", problems);
      return Optional.empty();
    }
    Optional<Integer> start = Fields.wholeNumber(list.items().getFirst(), 0, MOST_LAYERS, problems);
    Optional<Integer> end = Fields.wholeNumber(list.items().getLast(), 0, MOST_LAYERS, problems);
    if (start.isEmpty() || end.isEmpty()) {
      return Optional.empty();
    }
    if (end.get() <= start.get()) {
      problems.error(
          ErrorCode.LAYER_OUT_OF_RANGE,
          path,
          "The layer range [" + start.get() + ", " + end.get() + "] holds no layers.");
      return Optional.empty();
    }
    return Optional.of(new LayerRange(start.get(), end.get()));
  }
}
