package dev.mergefarm.merge.extraction;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.ArchitectureDefinition;
import dev.mergefarm.merge.architecture.KnownArchitectures;
import dev.mergefarm.merge.architecture.WeightDefinition;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelFiles;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Decides from headers what becomes of each tensor of a tuned model. Tensors that only the base has
 * are left as they are, with a warning.
 *
 * @param modules in the order of tensor names
 * @param saved names, or last parts of names, of modules that are saved whole
 */
record ExtractionPlan(List<ExtractedModule> modules, SortedSet<String> saved) {

  private static final Pattern EMBEDDING =
      Pattern.compile("(.*\\.)?(embed_tokens|wte|wpe|embed_in|word_embeddings|lm_head|embed_out)");

  /** Model types whose matrices are stored as [inputs, outputs], which adapters say otherwise. */
  private static final Set<String> TURNED = Set.of("gpt2", "openai-gpt", "imagegpt");

  /** Longest matrix that can be decomposed: what an array can hold. */
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8L;

  static ExtractionPlan of(Model model, Model base, ExtractionOptions options, Problems problems) {
    Planner planner = new Planner(model, base, options, problems);
    planner.plan();
    return new ExtractionPlan(List.copyOf(planner.modules), planner.saved);
  }

  private static final class Planner {
    private final TensorSource tuned;
    private final TensorSource plain;
    private final ExtractionOptions options;
    private final Problems problems;
    private final String modelType;
    private final Set<String> embeddings = new HashSet<>();
    private final List<ExtractedModule> modules = new ArrayList<>();
    private final SortedSet<String> saved = new TreeSet<>();
    private boolean embeddingsWhole;

    Planner(Model model, Model base, ExtractionOptions options, Problems problems) {
      this.tuned = model.tensors();
      this.plain = base.tensors();
      this.options = options;
      this.problems = problems;
      var configuration =
          model
              .file(ModelFiles.CONFIG)
              .map(content -> JsonFiles.parseObject(ModelFiles.CONFIG, content))
              .orElseGet(JsonFiles::object);
      this.modelType = configuration.path("model_type").asText("");
      Optional<ArchitectureDefinition> known =
          KnownArchitectures.find(
              configuration.path("architectures").path(0).asText(""), modelType);
      known.ifPresent(
          definition ->
              definition.modules().values().stream()
                  .flatMap(part -> Stream.concat(part.before().stream(), part.after().stream()))
                  .filter(WeightDefinition::embedding)
                  .forEach(weight -> embeddings.add(weight.name())));
    }

    void plan() {
      saved.addAll(options.saved());
      embeddingsWhole = !options.embeddings() || vocabularyChanged();
      for (TensorInfo tensor : new TreeMap<>(tuned.tensors()).values()) {
        String name = tensor.name();
        if (name.endsWith(".weight")) {
          weight(name.substring(0, name.length() - ".weight".length()), tensor);
        } else if (!name.endsWith(".bias") || tuned.find(weightOf(name)).isEmpty()) {
          other(tensor);
        }
      }
      List<String> missing =
          plain.tensors().keySet().stream().filter(name -> tuned.find(name).isEmpty()).toList();
      if (!missing.isEmpty()) {
        problems.warning(
            ErrorCode.TENSOR_MISSING,
            missing.getFirst(),
            "The model lacks %d tensors of the base; they stay as the base has them."
                .formatted(missing.size()));
      }
    }

    private static String weightOf(String bias) {
      return bias.substring(0, bias.length() - "bias".length()) + "weight";
    }

    private boolean vocabularyChanged() {
      boolean changed =
          tuned.tensors().values().stream()
              .filter(this::embedding)
              .anyMatch(
                  tensor ->
                      plain
                          .find(tensor.name())
                          .filter(other -> !other.shape().equals(tensor.shape()))
                          .isPresent());
      if (changed) {
        problems.warning(
            ErrorCode.SHAPE_MISMATCH,
            "",
            "The models have vocabularies of different sizes; embeddings are saved whole.");
      }
      return changed;
    }

    private boolean embedding(TensorInfo tensor) {
      String name = tensor.name();
      return embeddings.contains(name)
          || (name.endsWith(".weight")
              && EMBEDDING
                  .matcher(name.substring(0, name.length() - ".weight".length()))
                  .matches());
    }

    private void weight(String module, TensorInfo tensor) {
      String key = module.substring(module.lastIndexOf('.') + 1);
      if (embeddingsWhole && embedding(tensor) && !options.excludes(module)) {
        saved.add(key);
      }
      if (saved.contains(key) || saved.contains(module)) {
        whole(module, tensor);
      } else if (options.decomposes(module)) {
        if (tensor.shape().rank() == 2 && !TURNED.contains(modelType)) {
          decompose(module, tensor);
        } else if (!options.skipUndecomposable()) {
          saved.add(key);
          whole(module, tensor);
        }
      }
    }

    private void whole(String module, TensorInfo tensor) {
      modules.add(new ExtractedModule.Whole(tensor));
      tuned.find(module + ".bias").ifPresent(bias -> modules.add(new ExtractedModule.Whole(bias)));
    }

    private void decompose(String module, TensorInfo tensor) {
      Optional<TensorInfo> base = counterpart(tensor);
      if (base.isEmpty()) {
        return;
      }
      boolean inputs =
          embedding(tensor) && !module.endsWith("lm_head") && !module.endsWith("embed_out");
      modules.add(new ExtractedModule.Decomposed(module, tensor, base.get(), inputs));
      tuned
          .find(module + ".bias")
          .ifPresent(
              bias ->
                  counterpart(bias)
                      .ifPresent(
                          other -> modules.add(new ExtractedModule.Bias(module, bias, other))));
    }

    private Optional<TensorInfo> counterpart(TensorInfo tensor) {
      Optional<TensorInfo> base = plain.find(tensor.name());
      if (base.isEmpty()) {
        problems.error(
            ErrorCode.TENSOR_MISSING, tensor.name(), "The base model lacks this tensor.");
      } else if (!base.get().shape().equals(tensor.shape())) {
        problems.error(
            ErrorCode.SHAPE_MISMATCH,
            tensor.name(),
            "The shape is %s, in the base model %s.".formatted(tensor.shape(), base.get().shape()));
      } else if (!tensor.dataType().computable() || !base.get().dataType().computable()) {
        problems.error(
            ErrorCode.UNSUPPORTED_DTYPE,
            tensor.name(),
            "No difference is defined of types %s and %s."
                .formatted(tensor.dataType(), base.get().dataType()));
      } else if (tensor.shape().elements() > MOST_ELEMENTS) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            tensor.name(),
            "The tensor has more than %d elements; exclude it.".formatted(MOST_ELEMENTS));
      } else {
        return base;
      }
      return Optional.empty();
    }

    /** Tensors that are no module's weight, such as the experts of a layer in one tensor. */
    private void other(TensorInfo tensor) {
      if (options.decomposes(tensor.name())
          && !options.skipUndecomposable()
          && tensor.dataType().computable()) {
        problems.warning(
            ErrorCode.INVALID_VALUE,
            tensor.name(),
            "The tensor is no module's weight and is saved whole; other programs may not read it.");
        modules.add(new ExtractedModule.Whole(tensor));
      }
    }
  }
}
