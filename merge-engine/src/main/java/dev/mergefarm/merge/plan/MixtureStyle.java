package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.recipe.MixtureRecipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The architectures that mixtures of experts are written as, in the order of preference. */
enum MixtureStyle {
  MIXTRAL("Mixtral", "mixtral", "MixtralForCausalLM", Set.of("llama", "mistral")),
  DEEPSEEK("DeepSeek MoE", "deepseek", "DeepseekForCausalLM", Set.of("llama", "mistral")),
  QWEN("Qwen MoE", "qwen2_moe", "Qwen2MoeForCausalLM", Set.of("llama", "mistral", "qwen2")),
  QWEN3("Qwen3 MoE", "qwen3_moe", "Qwen3MoeForCausalLM", Set.of("qwen3"));

  private final String title;
  private final String modelType;
  private final String className;
  private final Set<String> inputTypes;

  MixtureStyle(String title, String modelType, String className, Set<String> inputTypes) {
    this.title = title;
    this.modelType = modelType;
    this.className = className;
    this.inputTypes = inputTypes;
  }

  String title() {
    return title;
  }

  String modelType() {
    return modelType;
  }

  String className() {
    return className;
  }

  /** Whether the experts of a layer are written as one tensor. */
  boolean expertsTogether() {
    return switch (this) {
      case MIXTRAL, QWEN3 -> true;
      case DEEPSEEK, QWEN -> false;
    };
  }

  /** What stands before the matrices of a layer's shared expert; empty where there can be none. */
  Optional<String> sharedExpert() {
    return switch (this) {
      case MIXTRAL, QWEN3 -> Optional.empty();
      case DEEPSEEK -> Optional.of("shared_experts");
      case QWEN -> Optional.of("shared_expert");
    };
  }

  /** Whether a shared expert has a gate. */
  boolean gatesSharedExpert() {
    return this == QWEN;
  }

  /** Whether queries, keys and values always have biases. */
  boolean needsAttentionBias() {
    return this == QWEN;
  }

  /** Whether a layer's bias has a place, by the end of its name. */
  boolean hasAttentionBias(String projection) {
    return switch (this) {
      case MIXTRAL -> false;
      case QWEN -> !projection.equals("o_proj");
      case DEEPSEEK, QWEN3 -> true;
    };
  }

  /** Why a recipe cannot be written in this style; empty when it can. */
  Optional<String> refusal(MixtureRecipe recipe, Set<String> types) {
    int shared = recipe.sharedExperts().size();
    boolean prompted =
        recipe.sharedExperts().stream().anyMatch(expert -> !expert.positivePrompts().isEmpty());
    if (types.size() > 1) {
      return Optional.of("all models must be of one type, found " + String.join(", ", types));
    }
    if (!inputTypes.containsAll(types)) {
      return Optional.of(
          "it is made from models of type "
              + String.join(" or ", inputTypes.stream().sorted().toList())
              + ", found "
              + String.join(", ", types));
    }
    return switch (this) {
      case MIXTRAL, QWEN3 ->
          shared > 0 ? Optional.of("it has no shared experts") : Optional.empty();
      case DEEPSEEK -> {
        if (shared > 1) {
          yield Optional.of("it takes at most one shared expert, found " + shared);
        }
        yield prompted ? Optional.of("its shared expert takes no prompts") : Optional.empty();
      }
      case QWEN -> {
        if (shared != 1) {
          yield Optional.of("it needs exactly one shared expert, found " + shared);
        }
        yield recipe.gateMode().usesPrompts() && !prompted
            ? Optional.of("its shared expert needs prompts")
            : Optional.empty();
      }
    };
  }

  /** The style that a recipe asks for, else the first that fits; empty after an error. */
  static Optional<MixtureStyle> choose(MixtureRecipe recipe, Set<String> types, Problems problems) {
    List<MixtureStyle> asked = asked(recipe, problems);
    List<MixtureStyle> fitting = new ArrayList<>();
    StringBuilder reasons = new StringBuilder();
    for (MixtureStyle style : asked) {
      Optional<String> refusal = style.refusal(recipe, types);
      refusal.ifPresent(
          reason ->
              reasons.append(' ').append(style.title).append(": ").append(reason).append('.'));
      if (refusal.isEmpty()) {
        fitting.add(style);
      }
    }
    if (fitting.isEmpty()) {
      if (!asked.isEmpty()) {
        problems.error(
            ErrorCode.UNSUPPORTED_ARCHITECTURE,
            "experts",
            "No output architecture fits these models and experts." + reasons);
      }
      return Optional.empty();
    }
    MixtureStyle chosen = fitting.getFirst();
    if (fitting.size() > 1 && chosen != MIXTRAL) {
      problems.warning(
          ErrorCode.UNSUPPORTED_ARCHITECTURE,
          "architecture",
          "Several output architectures fit; " + chosen.title + " is taken.");
    }
    return Optional.of(chosen);
  }

  private static List<MixtureStyle> asked(MixtureRecipe recipe, Problems problems) {
    if (recipe.architecture().isEmpty()) {
      return List.of(values());
    }
    String start = recipe.architecture().get().toLowerCase(Locale.ROOT);
    List<MixtureStyle> asked =
        Arrays.stream(values())
            .filter(style -> style.title.toLowerCase(Locale.ROOT).startsWith(start))
            .toList();
    if (asked.isEmpty()) {
      problems.unknownName(
          ErrorCode.UNSUPPORTED_ARCHITECTURE,
          "architecture",
          "There is no output architecture '" + recipe.architecture().get() + "'.",
          recipe.architecture().get(),
          Arrays.stream(values()).map(MixtureStyle::title).toList());
    }
    return asked;
  }
}
