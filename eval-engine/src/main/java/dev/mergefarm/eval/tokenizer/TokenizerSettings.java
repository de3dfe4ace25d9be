package dev.mergefarm.eval.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.model.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What the files beside {@code tokenizer.json} say.
 *
 * @param beginToken text of the beginning-of-sequence token
 * @param endToken text of the end-of-sequence token
 * @param addBegin whether texts get the begin token; empty for what {@code tokenizer.json} does
 * @param addEnd whether texts get the end token, where {@code addBegin} or this is given
 * @param chatTemplate source of the chat template
 * @param maximumLength empty when absent or as good as infinite
 */
record TokenizerSettings(
    Optional<String> beginToken,
    Optional<String> endToken,
    Optional<Boolean> addBegin,
    Optional<Boolean> addEnd,
    Optional<String> chatTemplate,
    Optional<Integer> maximumLength) {

  private static final String CONFIG = "tokenizer_config.json";
  private static final String SPECIAL = "special_tokens_map.json";

  static TokenizerSettings read(Model model) {
    JsonNode config = json(model, CONFIG);
    JsonNode special = json(model, SPECIAL);
    return new TokenizerSettings(
        tokenText(config, "bos_token").or(() -> tokenText(special, "bos_token")),
        tokenText(config, "eos_token").or(() -> tokenText(special, "eos_token")),
        flag(config, "add_bos_token"),
        flag(config, "add_eos_token"),
        chatTemplate(model, config),
        length(config));
  }

  private static JsonNode json(Model model, String name) {
    Optional<byte[]> content = model.file(name);
    if (content.isEmpty()) {
      return MissingNode.getInstance();
    }
    try {
      return new ObjectMapper().readTree(content.get());
    } catch (IOException e) {
      throw new MergefarmException(
          ErrorCode.MALFORMED_JSON, name + " is not JSON: " + e.getMessage(), e);
    }
  }

  /** A token is a string or an object with the string as its content. */
  private static Optional<String> tokenText(JsonNode node, String key) {
    JsonNode value = node.path(key);
    JsonNode text = value.isObject() ? value.path("content") : value;
    return text.isTextual() ? Optional.of(text.textValue()) : Optional.empty();
  }

  private static Optional<Boolean> flag(JsonNode node, String key) {
    JsonNode value = node.path(key);
    return value.isBoolean() ? Optional.of(value.booleanValue()) : Optional.empty();
  }

  /** A file of its own wins over the configuration; of several templates, the default one. */
  private static Optional<String> chatTemplate(Model model, JsonNode config) {
    Optional<byte[]> file = model.file("chat_template.jinja");
    if (file.isPresent()) {
      return file.map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
    return template(config.path("chat_template"))
        .or(() -> template(json(model, "chat_template.json").path("chat_template")));
  }

  private static Optional<String> template(JsonNode value) {
    if (value.isTextual()) {
      return Optional.of(value.textValue());
    }
    for (JsonNode named : value) {
      if (named.path("name").asText().equals("default") && named.path("template").isTextual()) {
        return Optional.of(named.path("template").textValue());
      }
    }
    return Optional.empty();
  }

  private static Optional<Integer> length(JsonNode config) {
    JsonNode value = config.path("model_max_length");
    return value.isNumber() && value.doubleValue() >= 1 && value.doubleValue() <= Integer.MAX_VALUE
        ? Optional.of(value.intValue())
        : Optional.empty();
  }
}
