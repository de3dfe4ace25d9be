package dev.mergefarm.merge.tokenizer;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.input.RowSources;
import dev.mergefarm.merge.input.RowSources.Row;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.merge.recipe.TokenizerRecipe;
import dev.mergefarm.merge.recipe.TokenizerRecipe.RowSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Finds, for one weight with a row for each token, the row of every output token in every model:
 * the model's own row where it has the token, else the token's default row. Takes time in
 * proportion to tokens times models.
 */
public final class RowPlanner {

  private final TokenizerRecipe recipe;
  private final OutputVocabulary output;
  private final List<ModelVocabulary> models;
  private final List<Long> heights;
  private final OptionalInt base;
  private final Problems problems;
  private int homeless;

  /**
   * @param models those that have the weight, in order; rows refer to them by index
   * @param heights of their matrices
   * @param base index of the base model among them
   */
  public RowPlanner(
      TokenizerRecipe recipe,
      OutputVocabulary output,
      List<ModelVocabulary> models,
      List<Long> heights,
      OptionalInt base,
      Problems problems) {
    this.recipe = recipe;
    this.output = output;
    this.models = List.copyOf(models);
    this.heights = List.copyOf(heights);
    this.base = base;
    this.problems = problems;
  }

  /** What a model without a row of its own gets: rows to average; none for a zero row. */
  private record Fallback(List<Row> rows, boolean forced) {}

  /**
   * The rows of every model's matrix, in the models' order.
   *
   * @param weight for messages
   */
  public List<RowSources> plan(String weight) {
    List<RowSources.Builder> builders = new ArrayList<>();
    models.forEach(_ -> builders.add(new RowSources.Builder(output.height())));
    for (Map.Entry<String, Integer> token : output.vocabulary().ids().entrySet()) {
      Fallback fallback = fallback(token.getKey());
      for (int model = 0; model < models.size(); model++) {
        Optional<Row> own = fallback.forced ? Optional.empty() : row(model, token.getKey());
        List<Row> rows = own.map(List::of).orElse(fallback.rows);
        if (rows.size() == 1) {
          builders.get(model).copy(token.getValue(), rows.getFirst());
        } else if (rows.size() > 1) {
          builders.get(model).mean(token.getValue(), rows);
        }
      }
    }
    if (homeless > 0) {
      problems.warning(
          ErrorCode.INVALID_VALUE,
          recipe.path(),
          homeless
              + " tokens are in none of the merged models; their rows of "
              + weight
              + " are zero.");
    }
    int real = output.vocabulary().size();
    return builders.stream()
        .map(
            builder -> {
              if (real < output.height()) {
                builder.padFrom(real);
              }
              return builder.build();
            })
        .toList();
  }

  private Fallback fallback(String token) {
    TokenizerRecipe.Token setting = recipe.tokens().get(token);
    if (setting != null && setting.source().isPresent()) {
      return new Fallback(chosen(token, setting.source().get(), setting.path()), setting.force());
    }
    boolean forced = setting != null && setting.force();
    List<Row> owners = new ArrayList<>();
    for (int model = 0; model < models.size(); model++) {
      row(model, token).ifPresent(owners::add);
    }
    if (owners.isEmpty()) {
      homeless++;
    } else if (owners.size() > 1 && base.isPresent()) {
      Optional<Row> ofBase = row(base.getAsInt(), token);
      if (ofBase.isPresent()) {
        return new Fallback(List.of(ofBase.get()), forced);
      }
    }
    return new Fallback(owners, forced);
  }

  private List<Row> chosen(String token, RowSource source, String path) {
    return switch (source) {
      case RowSource.Zero _ -> List.of();
      case RowSource.SameToken same -> ofToken(same.model(), token, path);
      case RowSource.OtherToken other -> ofToken(other.model(), other.token(), path);
      case RowSource.Row numbered -> ofNumber(numbered.model(), numbered.row(), path);
    };
  }

  private List<Row> ofToken(ModelName name, String token, String path) {
    OptionalInt model = index(name, path);
    if (model.isEmpty()) {
      return List.of();
    }
    Optional<Row> row = row(model.getAsInt(), token);
    if (row.isEmpty()) {
      problems.error(
          ErrorCode.INVALID_VALUE, path, "Token '" + token + "' not found in model " + name + ".");
    }
    return row.stream().toList();
  }

  private List<Row> ofNumber(ModelName name, int number, String path) {
    OptionalInt model = index(name, path);
    if (model.isEmpty()) {
      return List.of();
    }
    if (number >= heights.get(model.getAsInt())) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path,
          "Token ID " + number + " out of range for model " + name + ".");
      return List.of();
    }
    return List.of(new Row(model.getAsInt(), number));
  }

  private OptionalInt index(ModelName name, String path) {
    for (int i = 0; i < models.size(); i++) {
      if (models.get(i).model().equals(name)) {
        return OptionalInt.of(i);
      }
    }
    problems.error(
        ErrorCode.INVALID_VALUE, path, "Model " + name + " referenced but not part of merge.");
    return OptionalInt.empty();
  }

  private Optional<Row> row(int model, String token) {
    OptionalInt id = models.get(model).row(token);
    return id.isPresent() && id.getAsInt() < heights.get(model)
        ? Optional.of(new Row(model, id.getAsInt()))
        : Optional.empty();
  }
}
