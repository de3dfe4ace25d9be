package dev.mergefarm.merge.output;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The output's README.md: front matter as model hubs read it, then what was merged and how.
 *
 * @param name the heading
 * @param method display name of the method
 * @param reference where the method was published
 * @param base the base model, where the method treats one specially
 * @param models every model that was merged, in the recipe's order
 * @param recipe the YAML text
 */
public record ModelCard(
    String name,
    String method,
    Optional<String> reference,
    Optional<String> base,
    List<Input> models,
    String recipe) {

  /** The card's file name. */
  public static final String FILE = "README.md";

  private static final Pattern HUB_NAME =
      Pattern.compile("(?!models/)[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*");
  private static final Pattern FRONT_MATTER =
      Pattern.compile("\\A---\\R(.*?)^---\\s*$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern LICENCE =
      Pattern.compile("^license:\\s*[\"']?([\\w.+-]+)[\"']?\\s*$", Pattern.MULTILINE);
  private static final Pattern BACKTICKS = Pattern.compile("`{3,}");

  /**
   * A model that was merged.
   *
   * @param name as the recipe has it
   * @param licence the identifier that its own card states
   */
  public record Input(String name, Optional<String> licence) {}

  public ModelCard {
    models = List.copyOf(models);
  }

  /** The licence that a model's card states in its front matter. */
  public static Optional<String> licenceOf(String card) {
    Matcher matter = FRONT_MATTER.matcher(card);
    if (!matter.find()) {
      return Optional.empty();
    }
    Matcher licence = LICENCE.matcher(matter.group(1));
    return licence.find() ? Optional.of(licence.group(1)) : Optional.empty();
  }

  /** The card as Markdown. */
  public String text() {
    StringBuilder card = new StringBuilder();
    frontMatter(card);
    card.append("# ").append(name).append("\n\n");
    card.append("This is a merge of pre-trained language models, made with Mergefarm.\n\n");
    card.append("## Merge Details\n\n### Merge Method\n\nThis model was merged with the ");
    card.append(reference.map(link -> "[" + method + "](" + link + ")").orElse(method));
    card.append(" method");
    base.ifPresent(model -> card.append(", using ").append(link(model)).append(" as a base"));
    card.append(".\n\n### Models Merged\n\n");
    for (Input model : models) {
      if (base.isEmpty() || !base.get().equals(model.name())) {
        card.append("* ").append(link(model.name())).append('\n');
      }
    }
    licences(card);
    String fence = fence();
    card.append("\n### Configuration\n\n").append(fence).append("yaml\n").append(recipe);
    card.append(recipe.endsWith("\n") ? "" : "\n").append(fence).append('\n');
    return card.toString();
  }

  private void frontMatter(StringBuilder card) {
    List<String> hubNames =
        models.stream().map(Input::name).filter(ModelCard::isHubName).distinct().toList();
    card.append("---\n");
    if (hubNames.isEmpty()) {
      card.append("base_model: []\n");
    } else {
      card.append("base_model:\n");
      hubNames.forEach(model -> card.append("- ").append(withoutExtras(model)).append('\n'));
    }
    card.append("base_model_relation: merge\n");
    card.append("library_name: transformers\n");
    Set<Optional<String>> licences = new LinkedHashSet<>();
    models.forEach(model -> licences.add(model.licence()));
    if (licences.size() == 1) {
      licences.iterator().next().ifPresent(id -> card.append("license: ").append(id).append('\n'));
    }
    card.append("tags:\n- mergefarm\n- merge\n---\n");
  }

  private void licences(StringBuilder card) {
    if (models.stream().allMatch(model -> model.licence().isEmpty())) {
      return;
    }
    card.append("\n### Licences\n\nAs the models' own cards state them:\n\n");
    for (Input model : models) {
      card.append("* ").append(model.name()).append(": ");
      card.append(model.licence().orElse("not stated")).append('\n');
    }
  }

  private static boolean isHubName(String model) {
    return HUB_NAME.matcher(withoutExtras(model)).matches();
  }

  private static String withoutExtras(String model) {
    return model.replaceFirst("[@+].*$", "");
  }

  private static String link(String model) {
    return isHubName(model)
        ? "[" + model + "](https://huggingface.co/" + withoutExtras(model) + ")"
        : "`" + model + "`";
  }

  /** A fence longer than any run of backticks in the recipe. */
  private String fence() {
    int longest =
        BACKTICKS.matcher(recipe).results().mapToInt(run -> run.group().length()).max().orElse(2);
    return "`".repeat(longest + 1);
  }
}
