package dev.mergefarm.merge.recipe;

import dev.mergefarm.storage.tensor.DataType;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * One merge as a user wrote it: read and well formed, not yet checked against methods and models.
 *
 * @param path of the document in its stream; empty for a single one
 * @param name in a stream of several merges, what the others call this one's result
 * @param method as in {@code merge_method}
 * @param content what is merged
 * @param baseModel donor of configuration and tokenizer, and the method's base where it has one
 * @param parameters the recipe's own settings, the weakest level
 * @param dataType what tensors are seen as while they are merged
 * @param outputDataType what tensors are written as
 * @param tokenizer absent: the donor's tokenizer is kept
 * @param chatTemplate {@code auto}, a built-in name or a template's text
 */
public record Recipe(
    String path,
    Optional<String> name,
    String method,
    Content content,
    Optional<ModelName> baseModel,
    ParameterSettings parameters,
    Optional<DataType> dataType,
    Optional<DataType> outputDataType,
    Optional<TokenizerRecipe> tokenizer,
    Optional<String> chatTemplate) {

  /** A path in this recipe's document. */
  public String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Every model named: the base first, then the others in order, last the tokenizer's. */
  public SequencedSet<ModelName> models() {
    SequencedSet<ModelName> models = new LinkedHashSet<>();
    baseModel.ifPresent(models::add);
    collect(content, models);
    tokenizer.ifPresent(wanted -> wanted.named().ifPresent(models::add));
    return models;
  }

  private static void collect(Content content, SequencedSet<ModelName> models) {
    switch (content) {
      case Content.Models whole -> whole.sources().forEach(source -> models.add(source.model()));
      case Content.Slices slices ->
          slices
              .slices()
              .forEach(
                  slice -> {
                    slice.baseModel().ifPresent(models::add);
                    slice.sources().forEach(source -> models.add(source.model()));
                  });
      case Content.Modules modules ->
          modules.modules().values().forEach(module -> collect(module.content(), models));
    }
  }
}
