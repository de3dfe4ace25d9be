package dev.mergefarm.benchmarks.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Task files and documents made of invented words, of the lengths that benchmarks in use have:
 * about 40 tokens to a question, 5 examples before it, and texts longer than the model reads at
 * once.
 */
final class GeneratedTasks {

  private static final int DOCUMENTS = 512;
  private static final int EXAMPLES = 64;
  private static final int TEXTS = 64;
  private static final int TEXT_WORDS = 400;
  private static final int QUESTION_WORDS = 10;
  private static final int CHOICES = 4;
  private static final List<String> STARTS =
      List.of("po", "fuk", "dai", "ven", "rou", "sto", "pai");
  private static final List<String> MIDDLES = List.of("", "ra", "si", "pou", "ten", "bi", "kla");
  private static final List<String> ENDS =
      List.of("sia", "land", "muk", "ten", "zouk", "luk", "bix");

  private static final String SCORED =
      """
      output_type: multiple_choice
      test_split: test
      doc_to_target: answer
      metric_list:
        - {metric: acc, aggregation: mean, higher_is_better: true}
        - {metric: acc_norm, aggregation: mean, higher_is_better: true}
      """;
  private static final String FIXED_EXAMPLES =
      """
      num_fewshot: 5
      fewshot_split: train
      fewshot_config: {sampler: first_n}
      """;
  private static final String WORD_CHOICES =
      """
      doc_to_text: "Q: {{question}}?\\nA:"
      doc_to_choice: "{{choices}}"
      """;
  private static final String LETTER_CHOICES =
      """
      doc_to_text: "Q: {{question}}?\\n{% for choice in choices %}{{'ABCD'[loop.index0]}}. {{choice}}\\n{% endfor %}A:"
      doc_to_choice: [A, B, C, D]
      """;
  private static final String GENERATED =
      """
      output_type: generate_until
      test_split: test
      doc_to_text: "Q: {{question}}?\\nA:"
      doc_to_target: "{{choices[answer]}}"
      generation_kwargs: {until: ["\\n\\n"], max_gen_toks: 48, do_sample: false}
      metric_list:
        - {metric: exact_match, aggregation: mean, higher_is_better: true}
      """;
  private static final String ROLLING =
      """
      output_type: loglikelihood_rolling
      test_split: test
      doc_to_text: ""
      doc_to_target: "{{text}}"
      metric_list:
        - {metric: word_perplexity, aggregation: weighted_perplexity, higher_is_better: false}
      """;

  private final SplittableRandom random = new SplittableRandom(1);

  private GeneratedTasks() {}

  /** Writes {@code tasks/} and {@code data/} below a folder. */
  static void write(Path folder) throws IOException {
    new GeneratedTasks().writeAll(folder);
  }

  private void writeAll(Path folder) throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.write(data.resolve("questions.jsonl"), questions(DOCUMENTS));
    Files.write(data.resolve("examples.jsonl"), questions(EXAMPLES));
    Files.write(data.resolve("texts.jsonl"), texts());
    Path tasks = Files.createDirectories(folder.resolve("tasks"));
    for (Part part : Part.values()) {
      Files.writeString(tasks.resolve(part.label() + ".yaml"), definition(part));
    }
  }

  private static String definition(Part part) {
    String files =
        part == Part.PERPLEXITY
            ? "{test: data/texts.jsonl}"
            : "{test: data/questions.jsonl, train: data/examples.jsonl}";
    String body =
        switch (part) {
          case CHOICES -> SCORED + WORD_CHOICES + FIXED_EXAMPLES;
          case LETTERS -> SCORED + LETTER_CHOICES + FIXED_EXAMPLES;
          case DRAWN -> SCORED + WORD_CHOICES + "num_fewshot: 5\nfewshot_split: train\n";
          case GENERATION, SIXTEEN -> GENERATED + FIXED_EXAMPLES;
          case PERPLEXITY -> ROLLING;
        };
    return "task: %s\ndataset_path: json\ndataset_kwargs:\n  data_files: %s\n%smetadata: {version: 1.0}\n"
        .formatted(part.task(), files, body);
  }

  private List<String> questions(int count) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> choices = new ArrayList<>();
      for (int choice = 0; choice < CHOICES; choice++) {
        choices.add("\"" + words(1 + random.nextInt(3)) + "\"");
      }
      lines.add(
          "{\"question\": \"%s\", \"choices\": [%s], \"answer\": %d}"
              .formatted(
                  words(QUESTION_WORDS), String.join(", ", choices), random.nextInt(CHOICES)));
    }
    return lines;
  }

  private List<String> texts() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < TEXTS; i++) {
      lines.add("{\"text\": \"%s\"}".formatted(words(TEXT_WORDS)));
    }
    return lines;
  }

  private String words(int count) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(STARTS.get(random.nextInt(STARTS.size())) + ENDS.get(random.nextInt(ENDS.size())));
    }
    return String.join(" ", words);
  }

  private String any(List<String> parts) {
    return parts.get(random.nextInt(parts.size()));
  }
}
