package dev.mergefarm.merge.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.merge.output.ModelConfiguration;
import dev.mergefarm.merge.recipe.MixtureRecipe;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.util.List;
import java.util.Optional;

/**
 * Makes a mixture's config.json from the base model's. Where the base leaves a key out and the two
 * architectures have different defaults, the base's meaning is written down.
 */
final class MixtureConfiguration {

  private static final String DEEPSEEK_CODE = "deepseek-ai/deepseek-moe-16b-base--";
  private static final String FIRST_ATTENTION = "model.layers.0.self_attn.";

  private final MixtureStyle style;
  private final MixtureRecipe recipe;
  private final InspectedModel base;
  private final ObjectNode json;

  private MixtureConfiguration(MixtureStyle style, MixtureRecipe recipe, InspectedModel base) {
    this.style = style;
    this.recipe = recipe;
    this.base = base;
    this.json = base.configuration().deepCopy();
  }

  /**
   * The configuration.
   *
   * @param type what all tensors are written as, where that is one type
   */
  static ObjectNode of(
      MixtureStyle style, MixtureRecipe recipe, InspectedModel base, Optional<DataType> type) {
    MixtureConfiguration configuration = new MixtureConfiguration(style, recipe, base);
    configuration.spellDefaults();
    configuration.experts();
    ModelConfiguration typed = new ModelConfiguration(configuration.json);
    type.ifPresent(typed::dataType);
    return typed.json();
  }

  private void spellDefaults() {
    if (!json.has("rope_theta") && !json.has("rope_parameters")) {
      json.put("rope_theta", 10_000.0);
    }
    putIfAbsent("rms_norm_eps", json.numberNode(1e-6));
    putIfAbsent(
        "max_position_embeddings",
        json.numberNode(
            switch (base.modelType()) {
              case "llama" -> 2048;
              case "mistral" -> 131_072;
              default -> 32_768;
            }));
    long heads = json.path("num_attention_heads").asLong(0);
    Optional<Long> queries = rows("q_proj");
    Optional<Long> keys = rows("k_proj");
    if (heads > 0 && queries.isPresent() && keys.isPresent()) {
      long size = queries.get() / heads;
      putIfAbsent("num_key_value_heads", json.numberNode(keys.get() / Math.max(1, size)));
      if (size * heads != json.path("hidden_size").asLong()) {
        putIfAbsent("head_dim", json.numberNode(size));
      }
    }
  }

  private Optional<Long> rows(String projection) {
    return base.checkpoint()
        .info(FIRST_ATTENTION + projection + ".weight")
        .map(TensorInfo::shape)
        .filter(shape -> shape.rank() == 2)
        .map((Shape shape) -> shape.dimension(0));
  }

  private void putIfAbsent(String key, JsonNode value) {
    if (!json.hasNonNull(key)) {
      json.set(key, value);
    }
  }

  private void experts() {
    json.putArray("architectures").add(style.className());
    json.put("model_type", style.modelType());
    json.put("num_experts_per_tok", recipe.expertsPerToken());
    switch (style) {
      case MIXTRAL -> mixtral();
      case DEEPSEEK -> deepSeek();
      case QWEN -> qwen();
      case QWEN3 -> qwen3();
    }
  }

  private void mixtral() {
    json.put("num_local_experts", recipe.experts().size());
    json.putNull("sliding_window");
    json.remove("layer_types");
    json.put("output_router_logits", false);
    json.put("router_aux_loss_coef", 0.001);
    json.put("router_jitter_noise", 0.0);
  }

  private void deepSeek() {
    json.put("n_routed_experts", recipe.experts().size());
    if (recipe.sharedExperts().isEmpty()) {
      json.putNull("n_shared_experts");
    } else {
      json.put("n_shared_experts", recipe.sharedExperts().size());
    }
    json.put("first_k_dense_replace", 0);
    json.put("moe_layer_freq", 1);
    json.put("scoring_func", "softmax");
    json.put("norm_topk_prob", true);
    json.set("moe_intermediate_size", json.get("intermediate_size"));
    ObjectNode code = json.putObject("auto_map");
    code.put("AutoConfig", DEEPSEEK_CODE + "configuration_deepseek.DeepseekConfig");
    code.put("AutoModel", DEEPSEEK_CODE + "modeling_deepseek.DeepseekModel");
    code.put("AutoModelForCausalLM", DEEPSEEK_CODE + "modeling_deepseek.DeepseekForCausalLM");
  }

  private void qwen() {
    everyLayerOfQwen();
    json.putNull("sliding_window");
    json.put("use_sliding_window", false);
    json.put("qkv_bias", true);
    json.set("shared_expert_intermediate_size", json.get("intermediate_size"));
    if (json.get("layer_types") instanceof ArrayNode types) {
      int layers = types.size();
      ArrayNode full = json.putArray("layer_types");
      for (int layer = 0; layer < layers; layer++) {
        full.add("full_attention");
      }
    }
  }

  private void qwen3() {
    everyLayerOfQwen();
  }

  private void everyLayerOfQwen() {
    json.put("num_experts", recipe.experts().size());
    json.put("decoder_sparse_step", 1);
    json.put("norm_topk_prob", true);
    json.set("mlp_only_layers", json.arrayNode());
    json.set("moe_intermediate_size", json.get("intermediate_size"));
    json.put("output_router_logits", false);
    json.put("router_aux_loss_coef", 0.001);
  }

  /** Keys without which no mixture can be laid out. */
  static final List<String> NEEDED =
      List.of("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads");
}
