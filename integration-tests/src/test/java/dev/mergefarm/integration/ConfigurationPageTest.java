package dev.mergefarm.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Draws {@code docs/configuration.md} from the services' configuration interfaces. */
class ConfigurationPageTest {

  private static final Path ROOT = Path.of(System.getProperty("mergefarm.root"));
  private static final List<String> MODULES =
      List.of("service", "gateway", "merge-worker", "eval-worker");
  private static final Pattern MAPPING =
      Pattern.compile(
          "/\\*\\*(?<text>(?:(?!\\*/).)*)\\*/\\s*@ConfigMapping\\(prefix = \"(?<prefix>[^\"]+)\"\\)"
              + "\\s*public interface \\w+(?: extends (?<parent>\\w+))? \\{(?<body>.*)",
          Pattern.DOTALL);
  private static final Pattern ENTRY =
      Pattern.compile(
          "/\\*\\*(?<text>(?:(?!\\*/).)*)\\*/\\s*(?:@WithDefault\\(\\s*\"(?<fallback>[^\"]*)\"\\)\\s*)?"
              + "(?<type>[A-Z]?[\\w<>]+) (?<name>\\w+)\\(\\);",
          Pattern.DOTALL);
  private static final Pattern NESTED =
      Pattern.compile("\\n  interface (?<name>\\w+) \\{(?<body>.*?)\\n  \\}", Pattern.DOTALL);

  /** Run with {@code -Dmergefarm.update-docs=true} to write the page anew. */
  @Test
  void pageInTheDocumentationIsDrawnFromTheInterfaces() throws IOException {
    Path page = ROOT.resolve("docs/configuration.md");
    String drawn = page();
    if (Boolean.getBoolean("mergefarm.update-docs")) {
      Files.writeString(page, drawn);
    }
    assertThat(page).hasContent(drawn);
  }

  private static String page() throws IOException {
    Map<String, String> sources = sources();
    StringBuilder page =
        new StringBuilder(
            """
            # Configuration of the services

            Drawn from the interfaces marked `@ConfigMapping`; `ConfigurationPageTest` says how to draw it anew. Each
            entry is a system property (`-Dmergefarm.store.directory=/data`) or an environment variable
            (`MERGEFARM_STORE_DIRECTORY=/data`). Durations are written as in ISO 8601: `PT30S`, `P90D`. A farm in one
            process sets what it needs by itself; `farm --help` lists its options.

            Everything under `kafka.` goes to the Kafka clients as it is: `kafka.bootstrap.servers` is needed, and
            `kafka.security.protocol` and the like where the broker asks for them.
            """);
    sources.values().stream()
        .map(MAPPING::matcher)
        .filter(Matcher::find)
        .forEach(mapping -> section(page, mapping, sources));
    return page.toString();
  }

  /** File name to content, in the order of modules and names. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
        for (Path file :
            files
                .filter(path -> path.toString().endsWith("Configuration.java"))
                .sorted()
                .toList()) {
          sources.put(file.getFileName().toString(), Files.readString(file));
        }
      }
    }
    return sources;
  }

  private static void section(StringBuilder page, Matcher mapping, Map<String, String> sources) {
    String prefix = mapping.group("prefix");
    page.append(String.format(Locale.ROOT, "%n## `%s`%n%n", prefix))
        .append(words(mapping.group("text")))
        .append("\n\n| entry | default | meaning |\n|---|---|---|\n");
    if (mapping.group("parent") != null) {
      String parent = sources.get(mapping.group("parent") + ".java");
      entries(page, prefix, parent.substring(parent.indexOf("public interface")));
    }
    entries(page, prefix, mapping.group("body"));
  }

  private static void entries(StringBuilder page, String prefix, String body) {
    String top = NESTED.matcher(body).replaceAll("");
    Matcher entry = ENTRY.matcher(top);
    while (entry.find()) {
      String name = prefix + "." + kebab(entry.group("name"));
      Matcher nested = NESTED.matcher(body);
      if (nested.results().anyMatch(found -> found.group("name").equals(entry.group("type")))) {
        nested(body, entry.group("type")).ifPresent(inner -> entries(page, name, inner));
      } else {
        page.append(
            String.format(
                Locale.ROOT,
                "| `%s` | %s | %s |%n",
                name,
                fallback(entry),
                words(entry.group("text"))));
      }
    }
  }

  private static Optional<String> nested(String body, String name) {
    return NESTED
        .matcher(body)
        .results()
        .filter(found -> found.group("name").equals(name))
        .map(found -> found.group("body"))
        .findFirst();
  }

  private static String fallback(Matcher entry) {
    if (entry.group("fallback") != null) {
      return "`" + entry.group("fallback") + "`";
    }
    return entry.group("type").startsWith("Optional") ? "unset" : "must be set";
  }

  /** Javadoc as one line of Markdown. */
  private static String words(String javadoc) {
    return javadoc
        .replaceAll("\\s*\\n\\s*\\*\\s?", " ")
        .replaceAll("\\{@code ([^}]*)\\}", "`$1`")
        .strip();
  }

  private static String kebab(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }
}
