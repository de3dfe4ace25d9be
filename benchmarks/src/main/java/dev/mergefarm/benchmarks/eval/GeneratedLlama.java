package dev.mergefarm.benchmarks.eval;

import dev.mergefarm.benchmarks.RandomCheckpoint;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Llama model in bf16 with random weights and a trained tokenizer, whose answers are as decided
 * as a trained model's: the spread of its head gives the likeliest tokens a clear lead. The
 * tokenizer knows fewer tokens than the model, which reads and writes only those.
 *
 * @param layers each adds 11.3 million parameters to the 65.5 million of embedding and head
 */
record GeneratedLlama(int layers) {

  /** Longest input in tokens. */
  static final int LENGTH = 1024;

  private static final int HIDDEN = 1024;
  private static final int HEADS = 16;
  private static final int KEY_HEADS = 4;
  private static final int INTERMEDIATE = 2816;
  private static final int VOCABULARY = 32_000;
  private static final List<String> TOKENIZER = List.of("tokenizer.json", "tokenizer_config.json");

  long parameters() {
    return tensors().stream().mapToLong(tensor -> tensor.shape().elements()).sum();
  }

  private List<TensorSpec> tensors() {
    long keys = HIDDEN / HEADS * KEY_HEADS;
    List<TensorSpec> specs = new ArrayList<>();
    add(specs, "model.embed_tokens.weight", VOCABULARY, HIDDEN);
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "model.layers." + layer + ".";
      add(specs, prefix + "input_layernorm.weight", HIDDEN);
      add(specs, prefix + "self_attn.q_proj.weight", HIDDEN, HIDDEN);
      add(specs, prefix + "self_attn.k_proj.weight", keys, HIDDEN);
      add(specs, prefix + "self_attn.v_proj.weight", keys, HIDDEN);
      add(specs, prefix + "self_attn.o_proj.weight", HIDDEN, HIDDEN);
      add(specs, prefix + "post_attention_layernorm.weight", HIDDEN);
      add(specs, prefix + "mlp.gate_proj.weight", INTERMEDIATE, HIDDEN);
      add(specs, prefix + "mlp.up_proj.weight", INTERMEDIATE, HIDDEN);
      add(specs, prefix + "mlp.down_proj.weight", HIDDEN, INTERMEDIATE);
    }
    add(specs, "model.norm.weight", HIDDEN);
    add(specs, "lm_head.weight", VOCABULARY, HIDDEN);
    return specs;
  }

  private static void add(List<TensorSpec> specs, String name, long... dimensions) {
    specs.add(new TensorSpec(name, DataType.BF16, Shape.of(dimensions)));
  }

  private static RandomCheckpoint.Spread spread(String name) {
    if (name.endsWith("norm.weight")) {
      return new RandomCheckpoint.Spread(1, 0.1f);
    }
    return new RandomCheckpoint.Spread(0, name.startsWith("lm_head") ? 0.1f : 0.02f);
  }

  /**
   * Writes the model unless the folder has it already.
   *
   * @param tokenizer folder of a model whose tokenizer is taken
   * @param variant 0 for the base; another number for a fine-tune
   */
  void write(Path folder, Path tokenizer, int variant) throws IOException {
    if (Files.exists(folder.resolve("config.json"))) {
      return;
    }
    Files.createDirectories(folder);
    new RandomCheckpoint(tensors(), GeneratedLlama::spread).write(folder, variant, 0);
    for (String file : TOKENIZER) {
      Files.write(folder.resolve(file), Files.readAllBytes(tokenizer.resolve(file)));
    }
    Files.writeString(folder.resolve("config.json"), configuration());
  }

  private String configuration() {
    return """
        {
          "architectures": ["LlamaForCausalLM"],
          "model_type": "llama",
          "bos_token_id": 1,
          "eos_token_id": 2,
          "hidden_act": "silu",
          "hidden_size": %d,
          "intermediate_size": %d,
          "max_position_embeddings": %d,
          "num_attention_heads": %d,
          "num_hidden_layers": %d,
          "num_key_value_heads": %d,
          "rms_norm_eps": 1e-05,
          "rope_theta": 10000.0,
          "tie_word_embeddings": false,
          "torch_dtype": "bfloat16",
          "vocab_size": %d
        }
        """
        .formatted(HIDDEN, INTERMEDIATE, LENGTH, HEADS, layers, KEY_HEADS, VOCABULARY);
  }
}
