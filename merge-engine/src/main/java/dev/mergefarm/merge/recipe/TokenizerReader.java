package dev.mergefarm.merge.recipe;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;

/** Reads {@code tokenizer} and the older {@code tokenizer_source}. */
final class TokenizerReader {

  private static final int MOST_PADDING = 1 << 20;
  private static final List<String> KINDS = List.of("zero", "model_token");

  private final Problems problems;
  private final Compatibility compatibility;
  private final ModelNameReader models;

  TokenizerReader(Problems problems, Compatibility compatibility) {
    this.problems = problems;
    this.compatibility = compatibility;
    this.models = new ModelNameReader(problems, compatibility);
  }

  Optional<TokenizerRecipe> read(Fields recipe) {
    Optional<YamlNode> source = recipe.node("tokenizer_source");
    Optional<YamlNode> block = recipe.node("tokenizer");
    if (source.isPresent() && block.isPresent()) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          recipe.path("tokenizer_source"),
          "Cannot specify both tokenizer_source and tokenizer.");
      return Optional.empty();
    }
    if (source.isPresent()) {
      return vocabulary(recipe, "tokenizer_source")
          .map(
              vocabulary ->
                  new TokenizerRecipe(
                      recipe.path("tokenizer_source"),
                      vocabulary,
                      new LinkedHashMap<>(),
                      OptionalInt.empty()));
    }
    return block.flatMap(node -> Fields.asMapping(node, problems)).flatMap(this::block);
  }

  private Optional<TokenizerRecipe> block(YamlNode.Mapping mapping) {
    Fields fields = new Fields(mapping, problems);
    Optional<TokenizerRecipe.Vocabulary> vocabulary =
        fields.node("source").isEmpty()
            ? Optional.of(new TokenizerRecipe.Vocabulary.Union())
            : vocabulary(fields, "source");
    SequencedMap<String, TokenizerRecipe.Token> tokens = new LinkedHashMap<>();
    fields
        .mapping("tokens")
        .ifPresent(
            entries ->
                entries
                    .entries()
                    .forEach(
                        (token, node) -> token(node).ifPresent(value -> tokens.put(token, value))));
    Optional<Integer> multiple = fields.wholeNumber("pad_to_multiple_of", 1, MOST_PADDING);
    fields.reportUnknown(compatibility);
    return vocabulary.map(
        value ->
            new TokenizerRecipe(
                mapping.path(),
                value,
                tokens,
                multiple.map(OptionalInt::of).orElse(OptionalInt.empty())));
  }

  private Optional<TokenizerRecipe.Vocabulary> vocabulary(Fields fields, String key) {
    if (fields.node(key).orElse(null) instanceof YamlNode.Scalar scalar) {
      switch (scalar.text()) {
        case "union":
          return Optional.of(new TokenizerRecipe.Vocabulary.Union());
        case "base":
          return Optional.of(new TokenizerRecipe.Vocabulary.Base());
        default:
          break;
      }
    }
    return models.optional(fields, key).map(TokenizerRecipe.Vocabulary.OfModel::new);
  }

  private Optional<TokenizerRecipe.Token> token(YamlNode node) {
    if (YamlNode.isNull(node)) {
      return Optional.of(new TokenizerRecipe.Token(node.path(), Optional.empty(), false));
    }
    return Fields.asMapping(node, problems)
        .map(
            mapping -> {
              Fields fields = new Fields(mapping, problems);
              Optional<TokenizerRecipe.RowSource> source =
                  fields.node("source").flatMap(value -> rowSource(fields, value));
              boolean force = fields.flag("force").orElse(false);
              fields.reportUnknown(compatibility);
              return new TokenizerRecipe.Token(mapping.path(), source, force);
            });
  }

  private Optional<TokenizerRecipe.RowSource> rowSource(Fields token, YamlNode node) {
    if (node instanceof YamlNode.Mapping mapping && mapping.get("kind").isPresent()) {
      return rowSource(new Fields(mapping, problems));
    }
    return models.optional(token, "source").map(TokenizerRecipe.RowSource.SameToken::new);
  }

  private Optional<TokenizerRecipe.RowSource> rowSource(Fields fields) {
    String kind = fields.text("kind").orElse("");
    if (kind.equals("zero")) {
      fields.reportUnknown(compatibility);
      return Optional.of(new TokenizerRecipe.RowSource.Zero());
    }
    if (!kind.equals("model_token")) {
      problems.unknownName(
          ErrorCode.INVALID_VALUE,
          fields.path("kind"),
          "A token's source is of kind " + String.join(" or ", KINDS) + ", found '" + kind + "'.",
          kind,
          KINDS);
      return Optional.empty();
    }
    Optional<ModelName> model = models.required(fields, "model");
    Optional<String> token = fields.node("token").isEmpty() ? Optional.empty() : literal(fields);
    Optional<Integer> row = fields.wholeNumber("token_id", 0, Integer.MAX_VALUE);
    fields.reportUnknown(compatibility);
    boolean both = fields.node("token").isPresent() && fields.node("token_id").isPresent();
    boolean neither = fields.node("token").isEmpty() && fields.node("token_id").isEmpty();
    if (both || neither) {
      problems.error(
          ErrorCode.INVALID_VALUE, fields.path(), "Give exactly one of 'token' and 'token_id'.");
      return Optional.empty();
    }
    return model.flatMap(
        name ->
            token
                .<TokenizerRecipe.RowSource>map(
                    text -> new TokenizerRecipe.RowSource.OtherToken(name, text))
                .or(() -> row.map(number -> new TokenizerRecipe.RowSource.Row(name, number))));
  }

  /** A token's text, which may be blank. */
  private Optional<String> literal(Fields fields) {
    YamlNode node = fields.node("token").orElseThrow();
    if (node instanceof YamlNode.Scalar scalar) {
      return Optional.of(scalar.text());
    }
    Fields.wrongKind(node, "a token", problems);
    return Optional.empty();
  }
}
