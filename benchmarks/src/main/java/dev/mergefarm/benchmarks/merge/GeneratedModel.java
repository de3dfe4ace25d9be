package dev.mergefarm.benchmarks.merge;

import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.safetensors.SafetensorsLayout;
import dev.mergefarm.storage.safetensors.SafetensorsWriter;
import dev.mergefarm.storage.safetensors.ShardPlan;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Llama model of chosen size in bf16 whose weights are random: a base drawn from one seed, and
 * fine-tunes that differ from it by a little noise, as real ones do.
 *
 * @param layers decoder layers; each adds 44 million parameters, embeddings and head 131 million
 */
record GeneratedModel(int layers) {

  private static final int HIDDEN = 2048;
  private static final int KEY_VALUE = 256;
  private static final int INTERMEDIATE = 5632;
  private static final int VOCABULARY = 32_000;
  private static final int BLOCK_ELEMENTS = 1 << 20;
  private static final ValueLayout.OfShort BF16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Largest number of layers whose tensors fit into so many bytes. */
  static GeneratedModel ofBytes(long bytes) {
    GeneratedModel none = new GeneratedModel(0);
    long perLayer = new GeneratedModel(1).bytes() - none.bytes();
    return new GeneratedModel(
        (int) Math.max(1, Math.round((bytes - none.bytes()) / (double) perLayer)));
  }

  long bytes() {
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
  void write(Path folder, int variant, int shards) throws IOException {
    if (Files.exists(folder.resolve("config.json"))) {
      return;
    }
    Files.createDirectories(folder);
    try (ObjectStore store = new LocalObjectStore(folder);
        Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(2L * BLOCK_ELEMENTS);
      ShardPlan plan = ShardPlan.of(tensors(), bytes() / shards + bytes() / 20);
      for (SafetensorsLayout layout : plan.shards()) {
        try (SafetensorsWriter writer =
            new SafetensorsWriter(store.upload(layout.file(), layout.size()), layout)) {
          for (TensorInfo tensor : layout.tensors()) {
            writeTensor(writer, tensor, variant, block);
          }
          writer.publish();
        }
      }
      plan.index().ifPresent(index -> store.put("model.safetensors.index.json", index.toJson()));
      store.put("config.json", configuration().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void writeTensor(
      SafetensorsWriter writer, TensorInfo tensor, int variant, MemorySegment block) {
    long elements = tensor.shape().elements();
    long key = tensor.name().hashCode() * 0x9E3779B97F4A7C15L;
    for (long start = 0; start < elements; start += BLOCK_ELEMENTS) {
      int count = (int) Math.min(BLOCK_ELEMENTS, elements - start);
      for (int i = 0; i < count; i++) {
        float base = bell(key + start + i) * 0.02f;
        float tuned =
            variant == 0 ? base : base + bell((key ^ variant * 0x5DEECE66DL) + start + i) * 0.001f;
        block.set(BF16, 2L * i, (short) ((Float.floatToRawIntBits(tuned) + 0x8000) >>> 16));
      }
      writer.write(tensor.name(), block.asSlice(0, 2L * count));
    }
  }

  /** A bell-shaped number around 0 made of the counter alone: the sum of four uniform ones. */
  private static float bell(long counter) {
    long bits = counter * 0xBF58476D1CE4E5B9L;
    bits = (bits ^ (bits >>> 30)) * 0x94D049BB133111EBL;
    bits ^= bits >>> 31;
    int sum =
        (int) (bits & 0xffff)
            + (int) (bits >>> 16 & 0xffff)
            + (int) (bits >>> 32 & 0xffff)
            + (int) (bits >>> 48 & 0xffff);
    return (sum - 131_070) / 37_837f;
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
