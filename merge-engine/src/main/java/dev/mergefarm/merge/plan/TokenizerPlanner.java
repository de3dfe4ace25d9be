package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.architecture.WeightDefinition;
import dev.mergefarm.merge.input.RowSources;
import dev.mergefarm.merge.input.TensorOrigin;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.merge.recipe.TokenizerRecipe;
import dev.mergefarm.merge.tokenizer.ModelVocabulary;
import dev.mergefarm.merge.tokenizer.OutputVocabulary;
import dev.mergefarm.merge.tokenizer.RowPlanner;
import dev.mergefarm.merge.tokenizer.Vocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Makes the output's vocabulary, and brings embeddings into its order. Not thread safe. */
final class TokenizerPlanner implements TensorPlanner.Embeddings {

  private final TokenizerRecipe recipe;
  private final OutputVocabulary output;
  private final ModelInspector.TokenizerDonor donor;
  private final Map<ModelName, ModelVocabulary> vocabularies;
  private final Optional<InspectedModel> base;
  private final Problems problems;

  private TokenizerPlanner(
      TokenizerRecipe recipe,
      OutputVocabulary output,
      ModelInspector.TokenizerDonor donor,
      Map<ModelName, ModelVocabulary> vocabularies,
      Optional<InspectedModel> base,
      Problems problems) {
    this.recipe = recipe;
    this.output = output;
    this.donor = donor;
    this.vocabularies = vocabularies;
    this.base = base;
    this.problems = problems;
  }

  /**
   * Reads the models' tokenizers and makes the vocabulary.
   *
   * @param vocabularyKey where configurations state the vocabulary's size
   * @param base the recipe's base model
   * @return empty after an error
   */
  static Optional<TokenizerPlanner> create(
      TokenizerRecipe recipe,
      String vocabularyKey,
      ModelInspector inspector,
      Optional<InspectedModel> base,
      Problems problems) {
    try {
      InspectedModel first = base.orElse(inspector.usable().getFirst());
      Optional<Vocabulary> ofFirst = read(ModelInspector.TokenizerDonor.of(first));
      if (ofFirst.isEmpty()) {
        throw new MergefarmException(
            ErrorCode.UNSUPPORTED_TOKENIZER, first.name() + " has no " + Vocabulary.FILE + ".");
      }
      Map<ModelName, ModelVocabulary> vocabularies = new LinkedHashMap<>();
      vocabularies.put(first.name(), vocabulary(first, ofFirst.get(), vocabularyKey));
      for (InspectedModel model : inspector.usable()) {
        Optional<Vocabulary> own =
            model == first ? ofFirst : read(ModelInspector.TokenizerDonor.of(model));
        if (own.isEmpty()) {
          problems.warning(
              ErrorCode.UNSUPPORTED_TOKENIZER,
              model.path(),
              model.name()
                  + " has no "
                  + Vocabulary.FILE
                  + "; it is taken to have the tokens of "
                  + first.name()
                  + ".");
        }
        vocabularies.put(model.name(), vocabulary(model, own.orElse(ofFirst.get()), vocabularyKey));
      }
      return create(recipe, inspector, first, vocabularies, base, problems);
    } catch (MergefarmException failure) {
      problems.error(failure.code(), recipe.path(), failure.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<TokenizerPlanner> create(
      TokenizerRecipe recipe,
      ModelInspector inspector,
      InspectedModel first,
      Map<ModelName, ModelVocabulary> vocabularies,
      Optional<InspectedModel> base,
      Problems problems) {
    ModelInspector.TokenizerDonor donor = ModelInspector.TokenizerDonor.of(first);
    ModelVocabulary named = vocabularies.get(first.name());
    if (recipe.named().isPresent()) {
      ModelName model = recipe.named().get();
      Optional<ModelInspector.TokenizerDonor> source = inspector.tokenizer(model, recipe.path());
      if (source.isEmpty()) {
        return Optional.empty();
      }
      donor = source.get();
      Vocabulary vocabulary =
          read(donor)
              .orElseThrow(
                  () ->
                      new MergefarmException(
                          ErrorCode.UNSUPPORTED_TOKENIZER,
                          model + " has no " + Vocabulary.FILE + "."));
      named = new ModelVocabulary(model, vocabulary, OptionalLong.empty());
    }
    OutputVocabulary output =
        OutputVocabulary.of(
            recipe,
            vocabularies.get(first.name()),
            List.copyOf(vocabularies.values()),
            named,
            problems);
    return Optional.of(new TokenizerPlanner(recipe, output, donor, vocabularies, base, problems));
  }

  private static Optional<Vocabulary> read(ModelInspector.TokenizerDonor donor) {
    return donor.model().file(Vocabulary.FILE).map(Vocabulary::parse);
  }

  private static ModelVocabulary vocabulary(
      InspectedModel model, Vocabulary vocabulary, String vocabularyKey) {
    return new ModelVocabulary(model.name(), vocabulary, model.vocabularySize(vocabularyKey));
  }

  /** The vocabulary that is written. */
  OutputVocabulary output() {
    return output;
  }

  /** The model whose tokenizer files are written. */
  ModelInspector.TokenizerDonor donor() {
    return donor;
  }

  @Override
  public List<TensorOrigin> arrange(
      WeightDefinition weight, List<TensorPlanner.SourceMatrix> sources) {
    List<TensorPlanner.SourceMatrix> matrices = new ArrayList<>(sources);
    if (base.isPresent() && sources.stream().noneMatch(matrix -> matrix.model() == base.get())) {
      base.get()
          .checkpoint()
          .find(weight, 0)
          .ifPresent(origin -> matrices.add(new TensorPlanner.SourceMatrix(base.get(), origin)));
    }
    List<ModelVocabulary> models = new ArrayList<>();
    List<Long> heights = new ArrayList<>();
    OptionalInt baseIndex = OptionalInt.empty();
    for (int i = 0; i < matrices.size(); i++) {
      if (matrices.get(i).origin().shape().rank() != 2) {
        throw new IllegalArgumentException("An embedding must be a matrix");
      }
      models.add(vocabularies.get(matrices.get(i).model().name()));
      heights.add(matrices.get(i).origin().shape().dimension(0));
      if (base.isPresent() && matrices.get(i).model() == base.get()) {
        baseIndex = OptionalInt.of(i);
      }
    }
    List<RowSources> rows =
        new RowPlanner(recipe, output, models, heights, baseIndex, problems).plan(weight.name());
    List<TensorOrigin> arranged = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      arranged.add(arranged(matrices, rows.get(i), i));
    }
    return arranged;
  }

  private static TensorOrigin arranged(
      List<TensorPlanner.SourceMatrix> matrices, RowSources rows, int own) {
    TensorOrigin origin = matrices.get(own).origin();
    if (rows.isIdentity(own, origin.shape().dimension(0))) {
      return origin;
    }
    RowSources.Compact compact = rows.compact(own);
    List<TensorOrigin> used =
        compact.used().stream().map(index -> matrices.get(index).origin()).toList();
    return new TensorOrigin.Gathered(used, compact.sources());
  }
}
