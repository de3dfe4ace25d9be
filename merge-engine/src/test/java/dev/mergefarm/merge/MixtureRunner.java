package dev.mergefarm.merge;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.mixture.PromptReader;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelDraft;
import dev.mergefarm.storage.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Mixtures of models with two layers, a hidden size of 4, and networks of 6, in one folder. */
final class MixtureRunner implements AutoCloseable {

  static final int LAYERS = 2;
  static final int HIDDEN = 4;
  static final int INNER = 6;

  private final MergeEngine engine;
  private final Path folder;

  MixtureRunner(Path folder) {
    this.folder = folder;
    engine =
        new MergeEngine(
            DefaultModelRepository.builder().localPaths(folder).build(), new MergeSettings(2));
  }

  /** The configuration of a model type, with more keys. */
  static String config(String type, String rest) {
    String className =
        switch (type) {
          case "llama" -> "LlamaForCausalLM";
          case "mistral" -> "MistralForCausalLM";
          case "qwen2" -> "Qwen2ForCausalLM";
          case "qwen3" -> "Qwen3ForCausalLM";
          default -> "Unheard";
        };
    return """
        {"architectures": ["%s"], "model_type": "%s", "num_hidden_layers": %d, "hidden_size": %d,
         "intermediate_size": %d, "num_attention_heads": 2, "vocab_size": 5%s}
        """
        .formatted(className, type, LAYERS, HIDDEN, INNER, rest);
  }

  /** A model whose numbers depend on the seed. */
  TinyModels model(String name, String type, int seed) {
    TinyModels model = new TinyModels(folder.resolve(name));
    model.random("model.embed_tokens.weight", Shape.of(5, HIDDEN), seed);
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = "model.layers." + layer + ".";
      model.random(prefix + "input_layernorm.weight", Shape.of(HIDDEN), seed);
      model.random(prefix + "post_attention_layernorm.weight", Shape.of(HIDDEN), seed);
      for (String part : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
        model.random(prefix + "self_attn." + part + ".weight", Shape.of(HIDDEN, HIDDEN), seed);
        if (type.equals("qwen2") && !part.equals("o_proj")) {
          model.random(prefix + "self_attn." + part + ".bias", Shape.of(HIDDEN), seed);
        }
      }
      if (type.equals("qwen3")) {
        model.random(prefix + "self_attn.q_norm.weight", Shape.of(2), seed);
        model.random(prefix + "self_attn.k_norm.weight", Shape.of(2), seed);
      }
      model.random(prefix + "mlp.gate_proj.weight", Shape.of(INNER, HIDDEN), seed);
      model.random(prefix + "mlp.up_proj.weight", Shape.of(INNER, HIDDEN), seed);
      model.random(prefix + "mlp.down_proj.weight", Shape.of(HIDDEN, INNER), seed);
    }
    return model.random("model.norm.weight", Shape.of(HIDDEN), seed);
  }

  void write(String name, String type, int seed) {
    model(name, type, seed).write(config(type, ""));
  }

  /** The tensors of a model that was written. */
  Map<String, float[]> tensors(String name) {
    return TinyModels.read(folder.resolve(name));
  }

  List<Problem> problems(String yaml) {
    return engine.validateMixture(yaml, false, MergeOptions.DEFAULTS).problems();
  }

  RecipeCheck plan(String yaml, MergeOptions options, PromptReader prompts) {
    return engine.planMixture(
        engine.validateMixture(yaml, false, options), prompts, Cancellation.NEVER);
  }

  SequencedMap<String, float[]> merge(String yaml) {
    return merge(yaml, MergeOptions.DEFAULTS, NOTHING);
  }

  SequencedMap<String, float[]> merge(String yaml, MergeOptions options, PromptReader prompts) {
    Path output = folder.resolve("output");
    try (LocalObjectStore store = new LocalObjectStore(output)) {
      engine.merge(
          plan(yaml, options, prompts).planOrThrow(),
          store,
          "",
          ModelDraft.Existing.REPLACE,
          Progress.Listener.NONE,
          Cancellation.NEVER);
    }
    return TinyModels.read(output);
  }

  /** A reader for mixtures that need none. */
  static final PromptReader NOTHING =
      new PromptReader() {
        @Override
        public List<int[]> tokens(Model model, List<String> prompts, Cancellation cancellation) {
          throw new AssertionError("no prompt has to be read");
        }

        @Override
        public List<float[][]> layerInputs(
            Model model, List<String> prompts, Pooling pooling, Cancellation cancellation) {
          throw new AssertionError("no prompt has to be read");
        }
      };

  @Override
  public void close() {
    engine.close();
  }
}
