package dev.mergefarm.integration.farm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;

/** Models that take a while to merge: Llama's tensors, 303 MB in bfloat16, numbers from a seed. */
public final class LargeModels {

  private static final int HIDDEN = 1024;
  private static final int INTERMEDIATE = 2752;
  private static final int LAYERS = 12;
  private static final int VOCABULARY = 2000;
  private static final int BLOCK = 1 << 20;

  private LargeModels() {}

  /** Writes a model into a folder. */
  public static void write(Path folder, long seed) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config());
    Map<String, int[]> tensors = tensors();
    try (OutputStream file = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      byte[] header = header(tensors).getBytes(StandardCharsets.UTF_8);
      file.write(
          ByteBuffer.allocate(Long.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(header.length)
              .array());
      file.write(header);
      long left = tensors.values().stream().mapToLong(LargeModels::bytes).sum();
      byte[] block = numbers(seed);
      while (left > 0) {
        int length = (int) Math.min(left, BLOCK);
        file.write(block, 0, length);
        left -= length;
      }
    }
  }

  /** Positive numbers near one half; their low bytes are random. */
  private static byte[] numbers(long seed) {
    byte[] block = new byte[BLOCK];
    new Random(seed).nextBytes(block);
    for (int i = 1; i < BLOCK; i += 2) {
      block[i] = 0x3f;
    }
    return block;
  }

  private static String config() {
    return String.format(
        Locale.ROOT,
        """
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": %d,
         "intermediate_size": %d, "num_hidden_layers": %d, "num_attention_heads": 16,
         "num_key_value_heads": 16, "vocab_size": %d, "rms_norm_eps": 1e-5,
         "tie_word_embeddings": false, "torch_dtype": "bfloat16"}
        """,
        HIDDEN,
        INTERMEDIATE,
        LAYERS,
        VOCABULARY);
  }

  private static Map<String, int[]> tensors() {
    Map<String, int[]> tensors = new LinkedHashMap<>();
    tensors.put("model.embed_tokens.weight", new int[] {VOCABULARY, HIDDEN});
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = "model.layers." + layer + ".";
      for (String name : new String[] {"q_proj", "k_proj", "v_proj", "o_proj"}) {
        tensors.put(prefix + "self_attn." + name + ".weight", new int[] {HIDDEN, HIDDEN});
      }
      tensors.put(prefix + "mlp.gate_proj.weight", new int[] {INTERMEDIATE, HIDDEN});
      tensors.put(prefix + "mlp.up_proj.weight", new int[] {INTERMEDIATE, HIDDEN});
      tensors.put(prefix + "mlp.down_proj.weight", new int[] {HIDDEN, INTERMEDIATE});
      tensors.put(prefix + "input_layernorm.weight", new int[] {HIDDEN});
      tensors.put(prefix + "post_attention_layernorm.weight", new int[] {HIDDEN});
    }
    tensors.put("model.norm.weight", new int[] {HIDDEN});
    tensors.put("lm_head.weight", new int[] {VOCABULARY, HIDDEN});
    return tensors;
  }

  private static String header(Map<String, int[]> tensors) {
    StringJoiner entries = new StringJoiner(",", "{", "}");
    long offset = 0;
    for (Map.Entry<String, int[]> tensor : tensors.entrySet()) {
      StringJoiner shape = new StringJoiner(",", "[", "]");
      for (int dimension : tensor.getValue()) {
        shape.add(Integer.toString(dimension));
      }
      long end = offset + bytes(tensor.getValue());
      entries.add(
          String.format(
              Locale.ROOT,
              "\"%s\":{\"dtype\":\"BF16\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
              tensor.getKey(),
              shape,
              offset,
              end));
      offset = end;
    }
    String header = entries.toString();
    return header + " ".repeat((Long.BYTES - header.length() % Long.BYTES) % Long.BYTES);
  }

  private static long bytes(int[] shape) {
    long elements = 1;
    for (int dimension : shape) {
      elements *= dimension;
    }
    return elements * Short.BYTES;
  }
}
