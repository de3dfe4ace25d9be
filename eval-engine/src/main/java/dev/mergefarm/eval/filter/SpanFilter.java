package dev.mergefarm.eval.filter;

import dev.mergefarm.eval.template.python.StringCase;
import dev.mergefarm.eval.template.python.Strings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Brings lists of named entities into the form {@code per: name $ loc: place}. */
final class SpanFilter implements AnswerFilter {

  private static final Map<PythonPattern, String> LABELS = new LinkedHashMap<>();
  private static final PythonPattern ENTITIES =
      PythonPattern.compile("\\b(PER|LOC|ORG|DATE):\\s*([^$]+)");
  private static final Pattern TRAILING_SEPARATORS = Pattern.compile("\\$+\\z");

  static {
    label("PER", "person", "people", "persons", "per");
    label("LOC", "location", "counties", "places", "country", "continent", "loc");
    label("ORG", "organization", "company", "org");
    label("DATE", "time", "date");
  }

  private static void label(String label, String... words) {
    for (String word : words) {
      LABELS.put(PythonPattern.compile("\\b" + word + "\\s*:"), label + ":");
    }
  }

  @Override
  public List<Object> apply(List<Object> answers, List<Map<String, Object>> documents) {
    return Filters.each(answer -> spans(answer instanceof String text ? text : ""))
        .apply(answers, documents);
  }

  private static String spans(String answer) {
    String text = StringCase.lower(answer);
    for (var label : LABELS.entrySet()) {
      text = label.getKey().replaceAll(text, label.getValue());
    }
    text = TRAILING_SEPARATORS.matcher(text.replace("$$", "$")).replaceAll("");
    text = Strings.strip(text.replace("\n", "$"), true, true);
    List<String> result = new ArrayList<>();
    for (List<String> match : ENTITIES.findAll(text)) {
      String label = StringCase.lower(match.get(0));
      for (String part : match.get(1).split(",", -1)) {
        String entity = Strings.strip(part, true, true);
        if (!entity.equals("none")) {
          result.add(label + ": " + entity);
        }
      }
    }
    return String.join(" $ ", result);
  }
}
