package dev.mergefarm.eval.model.family;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.model.graph.Decoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All families, and the way from a {@code config.json} to a graph. */
public final class ModelFamilies {

  private static final String FILE = "config.json";

  private static final Map<String, ModelFamily> BY_TYPE =
      List.<ModelFamily>of(
              new Cohere(),
              new DeepSeek(),
              new Gemma(),
              new Gemma2(),
              new Gemma3Text(),
              new Gpt2(),
              new GptNeoX(),
              new Granite(),
              new Llama(),
              new Mistral(),
              new Mixtral(),
              new Olmo2(),
              new Phi(),
              new Phi3(),
              new Qwen2(),
              new Qwen2Moe(),
              new Qwen3(),
              new Qwen3Moe(),
              new StableLm())
          .stream()
          .collect(
              Collectors.toMap(
                  ModelFamily::modelType, Function.identity(), (a, b) -> a, TreeMap::new));

  /** Keys that say nothing about how logits are computed. */
  private static final Set<String> NO_MATTER =
      Set.of(
          "_name_or_path",
          "_commit_hash",
          "_attn_implementation_autoset",
          "add_cross_attention",
          "architectures",
          "attention_dropout",
          "attn_pdrop",
          "auto_map",
          "aux_loss_alpha",
          "bad_words_ids",
          "begin_suppress_tokens",
          "bos_token_id",
          "cache_implementation",
          "classifier_dropout",
          "decoder_start_token_id",
          "dtype",
          "embd_pdrop",
          "eos_token_id",
          "hidden_dropout",
          "id2label",
          "initializer_factor",
          "initializer_range",
          "is_decoder",
          "label2id",
          "model_type",
          "num_labels",
          "output_attentions",
          "output_hidden_states",
          "output_router_logits",
          "pad_token_id",
          "pretraining_tp",
          "problem_type",
          "resid_pdrop",
          "reorder_and_upcast_attn",
          "return_dict",
          "router_aux_loss_coef",
          "router_jitter_noise",
          "seq_aux",
          "summary_activation",
          "summary_first_dropout",
          "summary_proj_to_labels",
          "summary_type",
          "summary_use_proj",
          "task_specific_params",
          "tokenizer_class",
          "torch_dtype",
          "transformers_version",
          "unk_token_id",
          "use_cache");

  private ModelFamilies() {}

  /** The {@code model_type}s that can be run, in order. */
  public static List<String> modelTypes() {
    return List.copyOf(BY_TYPE.keySet());
  }

  /**
   * Builds the graph that a configuration describes.
   *
   * @param json the bytes of {@code config.json}
   * @param problems receives warnings about keys that are not known
   * @throws MergefarmException with every problem: {@code UNSUPPORTED_ARCHITECTURE} with the key
   *     that asks for something unknown, {@code MISSING_KEY}, {@code INVALID_VALUE}; or {@code
   *     MALFORMED_JSON}
   */
  public static Decoder decoder(byte[] json, Problems problems) {
    JsonNode root = parse(json);
    ModelConfig config = new ModelConfig(root, FILE, problems);
    String type = config.text("model_type", "");
    ModelFamily family = BY_TYPE.get(type);
    if (family == null) {
      problems.unknownName(
          ErrorCode.UNSUPPORTED_ARCHITECTURE,
          FILE + ": model_type",
          "The model type '%s' is not known; known are %s.".formatted(type, modelTypes()),
          type,
          BY_TYPE.keySet());
      problems.throwIfErrors();
    }
    refuseWhatNoFamilyDoes(config);
    Decoder decoder = family.decoder(config);
    problems.throwIfErrors();
    warnOfUnknownKeys(config);
    return decoder;
  }

  private static JsonNode parse(byte[] json) {
    try {
      JsonNode root =
          JsonMapper.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .build()
              .readTree(json);
      if (root == null || !root.isObject()) {
        throw new MergefarmException(ErrorCode.MALFORMED_JSON, FILE + " is not a JSON object.");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw new MergefarmException(
          ErrorCode.MALFORMED_JSON, FILE + " is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void refuseWhatNoFamilyDoes(ModelConfig config) {
    if (config.has("quantization_config")) {
      config.refuse("quantization_config", "Quantised checkpoints are not supported.");
    }
    config.onlyFlag("is_encoder_decoder", false, "An encoder");
    config.onlyFlag("add_cross_attention", false, "Cross attention");
    for (String name : config.texts("architectures").orElse(List.of())) {
      if (!name.endsWith("ForCausalLM") && !name.endsWith("LMHeadModel")) {
        config.refuse("architectures", "'%s' is not a causal language model.".formatted(name));
      }
    }
  }

  private static void warnOfUnknownKeys(ModelConfig config) {
    for (String key : config.unread()) {
      if (!NO_MATTER.contains(key)) {
        config.warn(
            key, "The key '%s' is not known for this family and has no effect.".formatted(key));
      }
    }
  }
}
