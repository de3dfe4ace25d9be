package dev.mergefarm.merge.extraction;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.storage.JsonFiles;
import java.nio.charset.StandardCharsets;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The small files of an adapter in the PEFT layout.
 *
 * @param model name of the tuned model
 * @param base name of the model that the adapter is for
 * @param ranks of the decomposed modules, by name
 * @param saved modules that are saved whole
 * @param biases whether differences of biases are among the tensors
 */
record AdapterFiles(
    String model,
    String base,
    SequencedMap<String, Integer> ranks,
    SortedSet<String> saved,
    boolean biases) {

  int rank() {
    return ranks.values().stream().mapToInt(Integer::intValue).max().orElse(1);
  }

  /** {@code adapter_config.json}. */
  byte[] configuration() {
    ObjectNode json = JsonFiles.object();
    json.put("base_model_name_or_path", base);
    json.put("peft_type", "LORA");
    json.put("task_type", "CAUSAL_LM");
    json.put("r", rank());
    json.put("lora_alpha", rank());
    json.put("lora_dropout", 0.0);
    json.put("use_rslora", false);
    json.put("fan_in_fan_out", false);
    json.put("bias", "none");
    json.put("lora_bias", biases);
    json.put("inference_mode", true);
    SortedSet<String> targets = new TreeSet<>();
    ranks.keySet().forEach(module -> targets.add(module.substring(module.lastIndexOf('.') + 1)));
    ArrayNode names = json.putArray("target_modules");
    targets.forEach(names::add);
    ArrayNode whole = json.putArray("modules_to_save");
    saved.forEach(whole::add);
    ObjectNode rankPattern = json.putObject("rank_pattern");
    ObjectNode alphaPattern = json.putObject("alpha_pattern");
    ranks.forEach(
        (module, rank) -> {
          if (rank != rank()) {
            rankPattern.put(module, rank);
            alphaPattern.put(module, rank);
          }
        });
    return JsonFiles.write(json);
  }

  /** {@code README.md}. */
  byte[] card() {
    String text =
        """
        ---
        base_model: %2$s
        base_model_relation: adapter
        library_name: peft
        tags:
        - mergefarm
        - peft
        ---
        # Adapter of %1$s

        This is a LoRA adapter for `%2$s`, taken by Mergefarm from its difference to `%1$s` by singular value
        decomposition: %3$d modules with a rank of at most %4$d%5$s.
        """
            .formatted(
                model,
                base,
                ranks.size(),
                rank(),
                saved.isEmpty() ? "" : "; saved whole: " + String.join(", ", saved));
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
