package dev.mergefarm.benchmarks.merge;

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
 * A Llama model of chosen size in bf16 whose weights are random.
 *
 * @param layers decoder layers; each adds 44 million parameters, embeddings and head 131 million
 */
public record GeneratedModel(int layers) {

  private static final int HIDDEN = 2048;
  private static final int KEY_VALUE = 256;
  private static final int INTERMEDIATE = 5632;
  private static final int VOCABULARY = 32_000;
  private static final RandomCheckpoint.Spread SPREAD = new RandomCheckpoint.Spread(0, 0.02f);

  /** Largest number of layers whose tensors fit into so many bytes. */
  public static GeneratedModel ofBytes(long bytes) {
    GeneratedModel none = new GeneratedModel(0);
    long perLayer = new GeneratedModel(1).bytes() - none.bytes();
    return new GeneratedModel(
        (int) Math.max(1, Math.round((bytes - none.bytes()) / (double) perLayer)));
  }

  /** Of all tensors. */
  public long bytes() {
    return tensors().stream().mapToLong(TensorSpec::bytes).sum();
  }

  List<TensorSpec> tensors() {
    List<TensorSpec> specs = new ArrayList<>();
    add(specs, "model.embed_tokens.weight", VOCABULARY, HIDDEN);
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "model.layers." + layer + ".";
      add(specs, prefix + "input_layernorm.weight", HIDDEN);
      add(specs, prefix + "mlp.down_proj.weight", HIDDEN, INTERMEDIATE);
      add(specs, prefix + "mlp.gate_proj.weight", INTERMEDIATE, HIDDEN);
      add(specs, prefix + "mlp.up_proj.weight", INTERMEDIATE, HIDDEN);
      add(specs, prefix + "post_attention_layernorm.weight", HIDDEN);
      add(specs, prefix + "self_attn.k_proj.weight", KEY_VALUE, HIDDEN);
      add(specs, prefix + "self_attn.o_proj.weight", HIDDEN, HIDDEN);
      add(specs, prefix + "self_attn.q_proj.weight", HIDDEN, HIDDEN);
      add(specs, prefix + "self_attn.v_proj.weight", KEY_VALUE, HIDDEN);
    }
    add(specs, "model.norm.weight", HIDDEN);
    add(specs, "lm_head.weight", VOCABULARY, HIDDEN);
    return specs;
  }

  private static void add(List<TensorSpec> specs, String name, long... dimensions) {
    specs.add(new TensorSpec(name, DataType.BF16, Shape.of(dimensions)));
  }

  /**
   * Writes the model unless the folder has it already.
   *
   * @param variant 0 for the base; another number for the fine-tune of that seed
   */
  public void write(Path folder, int variant, int shards) throws IOException {
    if (Files.exists(folder.resolve("config.json"))) {
      return;
    }
    Files.createDirectories(folder);
    new RandomCheckpoint(tensors(), _ -> SPREAD)
        .write(folder, variant, bytes() / shards + bytes() / 20);
    Files.writeString(folder.resolve("config.json"), configuration());
  }

  private String configuration() {
    return """
        {
          "architectures": ["LlamaForCausalLM"],
          "model_type": "llama",
          "hidden_act": "silu",
          "hidden_size": %d,
          "intermediate_size": %d,
          "max_position_embeddings": 2048,
          "num_attention_heads": 32,
          "num_hidden_layers": %d,
          "num_key_value_heads": 4,
          "rms_norm_eps": 1e-05,
          "rope_theta": 10000.0,
          "tie_word_embeddings": false,
          "torch_dtype": "bfloat16",
          "vocab_size": %d
        }
        """
        .formatted(HIDDEN, INTERMEDIATE, layers, VOCABULARY);
  }
}
