package dev.mergefarm.merge.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * A LoRA adapter in the PEFT layout (Hu et al., <a href="https://arxiv.org/abs/2106.09685">LoRA:
 * Low-Rank Adaptation of Large Language Models</a>): {@code W + alpha / r * B A} for each target,
 * replacements for the modules that were trained whole. What the layout can say and this class
 * cannot merge (DoRA, convolutions, other adapter types) is refused.
 */
public final class LoraAdapter {

  private static final String ROOT = "base_model.model.";

  private final DataType dataType;
  private final SequencedMap<String, LowRankUpdate> updates = new LinkedHashMap<>();
  private final SequencedMap<String, TensorOrigin> replacements = new LinkedHashMap<>();
  private final SequencedMap<String, BiasChange> biases = new LinkedHashMap<>();

  /** What is added to a target's bias, times the target's scale. */
  private record BiasChange(TensorOrigin change, double scale) {}

  private LoraAdapter(DataType dataType) {
    this.dataType = dataType;
  }

  /**
   * Reads an adapter's configuration and headers.
   *
   * @param source index of its checkpoint among a plan's models
   * @param base tensors of the model that it is for
   * @param dataType what adapted weights are rounded to; F32: nothing
   * @param path where the recipe names it
   * @return empty after an error
   */
  public static Optional<LoraAdapter> read(
      int source,
      ObjectNode configuration,
      SequencedMap<String, TensorInfo> tensors,
      SequencedMap<String, TensorInfo> base,
      DataType dataType,
      String path,
      Problems problems) {
    Problems own = new Problems();
    checkKind(configuration, path, own);
    LoraAdapter adapter = new LoraAdapter(dataType);
    if (!own.hasErrors()) {
      Reader reader = new Reader(adapter, source, configuration, tensors, base, path, own);
      reader.read();
    }
    problems.addAll(own.all());
    return own.hasErrors() ? Optional.empty() : Optional.of(adapter);
  }

  private static void checkKind(ObjectNode configuration, String path, Problems problems) {
    String kind = configuration.path("peft_type").asText("LORA");
    if (!kind.equals("LORA")) {
      problems.error(
          ErrorCode.UNSUPPORTED_ADAPTER,
          path,
          "Only LoRA adapters are merged, found " + kind + ".");
    }
    if (configuration.path("use_dora").asBoolean(false)) {
      problems.error(
          ErrorCode.UNSUPPORTED_ADAPTER,
          path,
          "DoRA adapters rescale whole weights and cannot be merged as a product.");
    }
  }

  /** The tensor as the adapter makes it; itself when the adapter leaves it alone. */
  TensorOrigin apply(String name, TensorOrigin plain) {
    TensorOrigin replaced = replacements.getOrDefault(name, plain);
    BiasChange bias = biases.get(name);
    if (bias != null) {
      return new TensorOrigin.Shifted(replaced, bias.change(), bias.scale(), dataType);
    }
    LowRankUpdate update = updates.get(name);
    return update == null ? replaced : new TensorOrigin.Adapted(replaced, update, dataType);
  }

  /** Sorts an adapter's tensors into updates and replacements. */
  private static final class Reader {
    private final LoraAdapter adapter;
    private final int source;
    private final ObjectNode configuration;
    private final SequencedMap<String, TensorInfo> tensors;
    private final SequencedMap<String, TensorInfo> base;
    private final String path;
    private final Problems problems;
    private final Set<String> seen = new LinkedHashSet<>();

    Reader(
        LoraAdapter adapter,
        int source,
        ObjectNode configuration,
        SequencedMap<String, TensorInfo> tensors,
        SequencedMap<String, TensorInfo> base,
        String path,
        Problems problems) {
      this.adapter = adapter;
      this.source = source;
      this.configuration = configuration;
      this.tensors = tensors;
      this.base = base;
      this.path = path;
      this.problems = problems;
    }

    void read() {
      for (String name : tensors.keySet()) {
        String local = name.startsWith(ROOT) ? name.substring(ROOT.length()) : name;
        if (local.contains("lora_magnitude_vector")) {
          refuse("it holds DoRA magnitudes (" + name + ")");
        } else if (local.endsWith(".lora_A.weight")) {
          update(name, local.substring(0, local.length() - 14), "lora_A.weight", "lora_B.weight");
        } else if (local.endsWith(".lora_embedding_A")) {
          update(
              name,
              local.substring(0, local.length() - 17),
              "lora_embedding_A",
              "lora_embedding_B");
        } else if (local.endsWith(".lora_B.bias")) {
          bias(name, local.substring(0, local.length() - 12));
        } else if (!local.contains(".lora_")) {
          replace(name, local.replace(".modules_to_save", ""));
        }
      }
      for (String name : tensors.keySet()) {
        if (!seen.contains(name)) {
          refuse("it holds a tensor with no counterpart: " + name);
        }
      }
    }

    private void bias(String name, String module) {
      seen.add(name);
      TensorInfo change = tensors.get(name);
      TensorInfo bias = base.get(module + ".bias");
      TensorInfo down = tensors.get(name.substring(0, name.length() - 7) + "_A.weight");
      if (bias == null
          || down == null
          || down.shape().rank() != 2
          || !bias.shape().equals(change.shape())
          || !bias.dataType().computable()
          || !change.dataType().computable()) {
        refuse("it changes the bias of " + module + ", which the model does not have like that");
        return;
      }
      try {
        adapter.biases.put(
            module + ".bias",
            new BiasChange(
                new TensorOrigin.Stored(source, change), scale(module, down.shape().dimension(0))));
      } catch (IllegalArgumentException failure) {
        refuse("of the target " + module + ", " + failure.getMessage());
      }
    }

    private void replace(String name, String local) {
      seen.add(name);
      TensorInfo replaced = base.get(local);
      if (replaced == null || !replaced.shape().equals(tensors.get(name).shape())) {
        refuse("it replaces " + local + ", which the model does not have in that shape");
        return;
      }
      adapter.replacements.put(local, new TensorOrigin.Stored(source, tensors.get(name)));
    }

    private void update(String name, String module, String downKey, String upKey) {
      seen.add(name);
      String upName = name.substring(0, name.length() - downKey.length()) + upKey;
      TensorInfo down = tensors.get(name);
      TensorInfo up = tensors.get(upName);
      if (up == null || down.shape().rank() != 2 || up.shape().rank() != 2) {
        refuse("the target " + module + " has no pair of matrices");
        return;
      }
      seen.add(upName);
      boolean transposed =
          downKey.contains("embedding") || configuration.path("fan_in_fan_out").asBoolean(false);
      add(module + ".weight", module, down, up, transposed);
    }

    private void add(
        String target, String module, TensorInfo down, TensorInfo up, boolean transposed) {
      LowRankUpdate update;
      try {
        update =
            new LowRankUpdate(
                new TensorOrigin.Stored(source, down),
                new TensorOrigin.Stored(source, up),
                scale(module, down.shape().dimension(0)),
                transposed);
      } catch (IllegalArgumentException failure) {
        refuse("of the target " + module + ", " + failure.getMessage());
        return;
      }
      TensorInfo weight = base.get(target);
      Optional<Shape> shape = Optional.ofNullable(weight).map(TensorInfo::shape);
      if (shape.isEmpty() || !shape.get().equals(update.shape())) {
        refuse(
            "the target "
                + target
                + " should be of shape "
                + update.shape()
                + ", and is "
                + shape.map(Shape::toString).orElse("not there"));
      } else if (!weight.dataType().computable()
          || !down.dataType().computable()
          || !up.dataType().computable()) {
        refuse("the target " + target + " is of a type that no arithmetic is defined on");
      } else {
        adapter.updates.put(target, update);
      }
    }

    private double scale(String module, long rankOfMatrix) {
      double rank = pattern("rank_pattern", module).orElse(configuration.path("r").asDouble(0));
      if (rank != rankOfMatrix) {
        throw new IllegalArgumentException(
            "the rank is " + rankOfMatrix + " and the configuration says " + (long) rank);
      }
      double alpha =
          pattern("alpha_pattern", module).orElse(configuration.path("lora_alpha").asDouble(8));
      boolean stabilised = configuration.path("use_rslora").asBoolean(false);
      return alpha / (stabilised ? Math.sqrt(rank) : rank);
    }

    /** The value of the first pattern that the module's name ends with, at a part's start. */
    private Optional<Double> pattern(String key, String module) {
      for (Map.Entry<String, JsonNode> entry : configuration.path(key).properties()) {
        if (ModulePattern.matches(entry.getKey(), module)) {
          return Optional.of(entry.getValue().asDouble());
        }
      }
      return Optional.empty();
    }

    private void refuse(String reason) {
      problems.error(
          ErrorCode.UNSUPPORTED_ADAPTER, path, "The adapter cannot be merged: " + reason + ".");
    }
  }
}
