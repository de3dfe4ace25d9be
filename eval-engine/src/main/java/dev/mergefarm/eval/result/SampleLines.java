package dev.mergefarm.eval.result;

import dev.mergefarm.eval.EvaluationOutcome.SampleRecord;
import dev.mergefarm.eval.template.PythonLiteral;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Per-sample records as JSON lines in the reference program's layout. */
public final class SampleLines {

  private SampleLines() {}

  /** One record as one line without its line end. */
  public static String line(SampleRecord sample) {
    Hashes hashes = Hashes.of(sample);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("doc_id", sample.documentIndex());
    line.put("doc", sample.document());
    line.put("target", PythonLiteral.str(sample.target()));
    line.put("arguments", arguments(sample.arguments()));
    line.put("resps", texts(sample.answers()));
    line.put("filtered_resps", texts(sample.filteredAnswers()));
    line.put("filter", sample.filter());
    line.put("metrics", List.copyOf(sample.values().keySet()));
    line.put("doc_hash", hashes.document());
    line.put("prompt_hash", hashes.prompt());
    line.put("target_hash", hashes.target());
    line.putAll(sample.values());
    return PythonJson.compact(line);
  }

  private static Map<String, Object> arguments(List<List<Object>> requests) {
    Map<String, Object> result = new LinkedHashMap<>();
    for (int i = 0; i < requests.size(); i++) {
      Map<String, Object> request = new LinkedHashMap<>();
      for (int j = 0; j < requests.get(i).size(); j++) {
        request.put("arg_" + j, requests.get(i).get(j));
      }
      result.put("gen_args_" + i, request);
    }
    return result;
  }

  /** Lists keep their shape; everything in them becomes text as Python prints it. */
  private static Object texts(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(SampleLines::texts).toList()
        : PythonLiteral.str(value);
  }
}
