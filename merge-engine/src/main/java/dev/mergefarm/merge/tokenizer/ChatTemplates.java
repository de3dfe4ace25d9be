package dev.mergefarm.merge.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mergefarm.storage.JsonFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Chat templates: those that come with the program, and those of models. */
public final class ChatTemplates {

  /** The file that a model keeps its template in. */
  public static final String FILE = "chat_template.jinja";

  /** Templates that a recipe can name. */
  public static final List<String> BUILT_IN =
      List.of("alpaca", "chatml", "exaone", "llama3", "mistral");

  private static final String CONFIGURATION = "tokenizer_config.json";
  private static final int SHORTEST = 20;

  private ChatTemplates() {}

  /** The template of a built-in name, or the text itself when it can be one. */
  public static Optional<String> named(String text) {
    if (BUILT_IN.contains(text)) {
      return Optional.of(load(text));
    }
    return text.length() >= SHORTEST && text.contains("{") ? Optional.of(text) : Optional.empty();
  }

  /**
   * The template that most models have; of equally many, the one that comes first.
   *
   * @param models for each model, its files' content by name
   */
  public static Optional<String> mostFrequent(List<Function<String, Optional<byte[]>>> models) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Function<String, Optional<byte[]>> model : models) {
      ofModel(model).ifPresent(template -> counts.merge(template.strip(), 1, Integer::sum));
    }
    String best = null;
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      if (best == null || entry.getValue() > counts.get(best)) {
        best = entry.getKey();
      }
    }
    return Optional.ofNullable(best);
  }

  /** A model's template: of its own file, else of its tokenizer's configuration. */
  static Optional<String> ofModel(Function<String, Optional<byte[]>> model) {
    Optional<byte[]> file = model.apply(FILE);
    if (file.isPresent()) {
      return file.map(content -> new String(content, StandardCharsets.UTF_8));
    }
    return model
        .apply(CONFIGURATION)
        .map(content -> JsonFiles.parseObject(CONFIGURATION, content).path("chat_template"))
        .flatMap(ChatTemplates::ofConfiguration);
  }

  private static Optional<String> ofConfiguration(JsonNode template) {
    if (template.isTextual()) {
      return Optional.of(template.asText());
    }
    for (JsonNode named : template) {
      if (named.path("name").asText().equals("default")) {
        return Optional.of(named.path("template").asText());
      }
    }
    return Optional.empty();
  }

  private static String load(String name) {
    try (InputStream stream = ChatTemplates.class.getResourceAsStream(name + ".jinja")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
