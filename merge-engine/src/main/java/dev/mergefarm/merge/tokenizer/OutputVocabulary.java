package dev.mergefarm.merge.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.recipe.ModelName;
import dev.mergefarm.merge.recipe.TokenizerRecipe;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * The vocabulary that a recipe asks for.
 *
 * @param donor the model whose tokenizer files go with it
 * @param vocabulary all tokens
 * @param changed whether it differs from the donor's
 * @param height of the matrices, padding included
 */
public record OutputVocabulary(
    ModelName donor, Vocabulary vocabulary, boolean changed, int height) {

  /**
   * Makes the vocabulary.
   *
   * @param base the base model's vocabulary, or the first model's
   * @param models of all models of the merge, in the recipe's order
   * @param named of the model that the recipe names as the source; the base where it names none
   * @throws dev.mergefarm.common.MergefarmException when a tokenizer cannot be changed as asked
   */
  public static OutputVocabulary of(
      TokenizerRecipe recipe,
      ModelVocabulary base,
      List<ModelVocabulary> models,
      ModelVocabulary named,
      Problems problems) {
    Builder builder =
        switch (recipe.vocabulary()) {
          case TokenizerRecipe.Vocabulary.Base _ -> new Builder(base, true);
          case TokenizerRecipe.Vocabulary.OfModel _ -> new Builder(named, false);
          case TokenizerRecipe.Vocabulary.Union _ -> {
            Builder union = new Builder(base, true);
            union.addAll(models, recipe.path(), problems);
            yield union;
          }
        };
    recipe.tokens().keySet().forEach(builder::addDefault);
    return builder.build(recipe);
  }

  /** Grows a vocabulary at its end. */
  private static final class Builder {
    private final ModelVocabulary donor;
    private final Vocabulary start;
    private final SequencedMap<String, ObjectNode> additions = new LinkedHashMap<>();
    private int next;

    Builder(ModelVocabulary donor, boolean strip) {
      this.donor = donor;
      OptionalLong stated = donor.statedSize();
      this.start =
          strip && donor.vocabulary().reaches(stated)
              ? donor.vocabulary().strippedTo(stated.getAsLong())
              : donor.vocabulary();
      this.next = start.size();
    }

    void addAll(List<ModelVocabulary> models, String path, Problems problems) {
      SequencedSet<String> ordinary = new LinkedHashSet<>();
      SequencedMap<String, ObjectNode> special = new LinkedHashMap<>();
      for (ModelVocabulary model : models) {
        for (String token : model.vocabulary().ids().keySet()) {
          if (model.row(token).isEmpty()) {
            continue;
          }
          ObjectNode definition = model.vocabulary().added().get(token);
          if (definition == null) {
            ordinary.add(token);
          } else {
            ObjectNode first = special.putIfAbsent(token, definition);
            if (first != null && !sameSettings(first, definition)) {
              problems.warning(
                  ErrorCode.INVALID_VALUE,
                  path,
                  "The models define the token '" + token + "' differently; the first counts.");
            }
          }
        }
      }
      for (String token : ordinary) {
        if (!special.containsKey(token)) {
          addDefault(token);
        }
      }
      special.forEach(this::add);
    }

    private static boolean sameSettings(ObjectNode left, ObjectNode right) {
      return left.deepCopy().without("id").equals(right.deepCopy().without("id"));
    }

    /** Adds a token with the settings of one that was never declared. */
    void addDefault(String token) {
      ObjectNode definition = start.json().objectNode();
      definition.put("content", token);
      definition.put("single_word", false);
      definition.put("lstrip", false);
      definition.put("rstrip", false);
      definition.put("normalized", true);
      definition.put("special", false);
      add(token, definition);
    }

    private void add(String token, ObjectNode definition) {
      if (start.ids().containsKey(token) || additions.containsKey(token)) {
        return;
      }
      ObjectNode numbered = definition.objectNode();
      numbered.put("id", next++);
      definition
          .properties()
          .forEach(
              entry -> {
                if (!entry.getKey().equals("id")) {
                  numbered.set(entry.getKey(), entry.getValue());
                }
              });
      additions.put(token, numbered);
    }

    OutputVocabulary build(TokenizerRecipe recipe) {
      Vocabulary result = additions.isEmpty() ? start : extended();
      int multiple = recipe.paddingMultiple().orElse(1);
      int height = Math.ceilDiv(result.size(), multiple) * multiple;
      return new OutputVocabulary(donor.model(), result, result != donor.vocabulary(), height);
    }

    private Vocabulary extended() {
      ObjectNode json = start.json().deepCopy();
      ArrayNode added = json.withArray("added_tokens");
      for (Map.Entry<String, ObjectNode> addition : additions.entrySet()) {
        added.add(addition.getValue());
      }
      return Vocabulary.of(json);
    }
  }
}
