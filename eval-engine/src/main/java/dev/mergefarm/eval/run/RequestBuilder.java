package dev.mergefarm.eval.run;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.task.TaskConfig;
import dev.mergefarm.eval.template.python.Strings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds the prompts and requests of one task's documents. Not thread safe. */
final class RequestBuilder {

  private final TaskConfig task;
  private final EvaluationOptions options;
  private final FieldRenderer fields;
  private final boolean multipleInput;
  private final Generation generation;
  private final Map<String, Object> settings;
  private final DocumentProblems trouble;

  RequestBuilder(
      TaskConfig task,
      EvaluationOptions options,
      FieldRenderer fields,
      boolean multipleInput,
      Generation generation,
      Map<String, Object> settings,
      DocumentProblems trouble) {
    this.task = task;
    this.options = options;
    this.fields = fields;
    this.multipleInput = multipleInput;
    this.generation = generation;
    this.settings = settings;
    this.trouble = trouble;
  }

  /**
   * @param position of the document among those evaluated
   * @return empty after a problem was noted
   */
  List<PlannedRequest> build(
      int position, PlannedDocument document, List<Map<String, Object>> examples) {
    return trouble
        .attempt("doc_to_text", document.index(), () -> start(document, examples))
        .flatMap(
            start ->
                trouble.attempt(
                    "doc_to_target", document.index(), () -> requests(position, document, start)))
        .orElse(List.of());
  }

  /** System text and examples, which all prompts of a document share. */
  private PromptBuilder start(PlannedDocument document, List<Map<String, Object>> examples) {
    PromptBuilder prompt = new PromptBuilder();
    String description =
        task.format().description().isEmpty()
            ? ""
            : fields.descriptive(task.format().description(), document.fields());
    prompt.system(
        options.systemInstruction().orElse(""), description, task.format().exampleDelimiter());
    examples.forEach(example -> prompt.add(example(example)));
    return prompt;
  }

  private PromptBuilder.Example example(Map<String, Object> document) {
    TaskConfig.Format format = task.fewShot().format();
    boolean hasChoices = format.choice().isPresent();
    List<Object> choices = fields.choices(format.choice(), document);
    Object question = fields.text(format.text(), document, hasChoices);
    Object answer = fields.target(format.target(), document, hasChoices);
    if (multipleInput && question instanceof Long index) {
      question = choice(choices, index);
      hasChoices = false;
    }
    return new PromptBuilder.Example(
        requireText("an example's doc_to_text", question),
        answerText(answer, hasChoices ? choices : List.of()),
        format
            .generationPrefix()
            .map(prefix -> fields.descriptive(prefix, document))
            .filter(prefix -> !prefix.isEmpty()),
        format.targetDelimiter(),
        format.exampleDelimiter());
  }

  private static Optional<String> answerText(Object answer, List<Object> choices) {
    Object text = answer;
    if (answer instanceof Long index && !choices.isEmpty()) {
      text = choice(choices, index);
    } else if (answer instanceof List<?> list) {
      text = list.isEmpty() ? null : list.getFirst();
    }
    if (text == null || "".equals(text)) {
      return Optional.empty();
    }
    return Optional.of(requireText("an example's doc_to_target", text));
  }

  /** A choice by its index, from the end if negative. */
  private static Object choice(List<Object> choices, long index) {
    long position = index < 0 ? choices.size() + index : index;
    if (position < 0 || position >= choices.size()) {
      throw new MergefarmException(
          ErrorCode.TARGET_NOT_A_CHOICE,
          "index %d is not among the %d choices".formatted(index, choices.size()));
    }
    return choices.get((int) position);
  }

  private static String requireText(String what, Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new MergefarmException(ErrorCode.INVALID_VALUE, what + " must be text, not " + value);
  }

  private Prompt prompt(
      PromptBuilder start, String question, String delimiter, Map<String, Object> document) {
    PromptBuilder prompt = new PromptBuilder(start);
    Optional<String> prefix =
        fields.prefix(task.format().generationPrefix(), document).filter(text -> !text.isEmpty());
    prompt.add(new PromptBuilder.Example(question, Optional.empty(), prefix, delimiter, ""));
    return options.applyChatTemplate() ? prompt.chat(options.fewShotAsMultiturn()) : prompt.plain();
  }

  private List<PlannedRequest> requests(
      int position, PlannedDocument document, PromptBuilder start) {
    String delimiter = task.format().targetDelimiter();
    if (multipleInput) {
      return multipleInputRequests(position, document, start);
    }
    Prompt prompt =
        prompt(start, requireText("doc_to_text", document.text()), delimiter, document.fields());
    return switch (task.outputType()) {
      case MULTIPLE_CHOICE -> choiceRequests(position, document, prompt);
      case LOGLIKELIHOOD ->
          List.of(
              new PlannedRequest.Continuation(
                  position, prompt, requireText("doc_to_target", document.target())));
      case LOGLIKELIHOOD_ROLLING ->
          List.of(
              new PlannedRequest.Whole(position, requireText("doc_to_target", document.target())));
      case GENERATE_UNTIL ->
          List.of(new PlannedRequest.Generate(position, prompt, generation, settings));
    };
  }

  private List<PlannedRequest> choiceRequests(
      int position, PlannedDocument document, Prompt prompt) {
    checkTarget(document.target(), document.choices());
    String delimiter = continuationDelimiter(document.fields());
    List<PlannedRequest> result = new ArrayList<>();
    for (Object choice : document.choices()) {
      String text = requireText("a choice", choice);
      result.add(new PlannedRequest.Continuation(position, prompt, delimiter + text));
    }
    boolean mutualInformation =
        task.scoring().metrics().stream().anyMatch(m -> m.name().equals("acc_mutual_info"));
    if (mutualInformation) {
      Prompt nothing = new Prompt.Plain("");
      for (Object choice : document.choices()) {
        result.add(new PlannedRequest.Continuation(position, nothing, delimiter + choice));
      }
    }
    return result;
  }

  /** A task that scores by a helper may put anything into its target. */
  private void checkTarget(Object target, List<Object> choices) {
    if (task.scoring().processResults().isEmpty()) {
      TargetCheck.check(target, choices);
    }
  }

  private List<PlannedRequest> multipleInputRequests(
      int position, PlannedDocument document, PromptBuilder start) {
    checkTarget(document.text(), document.choices());
    String continuation =
        continuationDelimiter(document.fields()) + requireText("doc_to_target", document.target());
    List<PlannedRequest> result = new ArrayList<>();
    for (Object choice : document.choices()) {
      Prompt prompt = prompt(start, requireText("a choice", choice), "", document.fields());
      result.add(new PlannedRequest.Continuation(position, prompt, continuation));
    }
    return result;
  }

  /** Between prompt and choice; a chat template's turn needs none. */
  private String continuationDelimiter(Map<String, Object> document) {
    if (!options.applyChatTemplate()) {
      return task.format().targetDelimiter();
    }
    return fields
        .prefix(task.format().generationPrefix(), document)
        .filter(text -> !text.isEmpty() && !Strings.isSpace(text.codePointBefore(text.length())))
        .map(text -> task.format().targetDelimiter())
        .orElse("");
  }
}
