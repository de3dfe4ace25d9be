package dev.mergefarm.eval.run;

import dev.mergefarm.eval.template.python.Strings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects the parts of one prompt as messages with a role. Plain prompts join all parts and their
 * delimiters; chat prompts give the messages to the model's template. Not thread safe.
 */
final class PromptBuilder {

  static final String SYSTEM = "system";
  static final String USER = "user";
  static final String ASSISTANT = "assistant";

  private record Message(String role, String content, String delimiter) {}

  /**
   * One question with its answer.
   *
   * @param answer empty where the model is to answer
   * @param prefix start of the answer
   * @param targetDelimiter between question and answer
   * @param exampleDelimiter after the answer
   */
  record Example(
      String question,
      Optional<String> answer,
      Optional<String> prefix,
      String targetDelimiter,
      String exampleDelimiter) {}

  private final List<Message> messages = new ArrayList<>();

  PromptBuilder() {}

  PromptBuilder(PromptBuilder start) {
    messages.addAll(start.messages);
  }

  /** The system text, if there is any. */
  void system(String instruction, String description, String delimiter) {
    String text = join(instruction, description, delimiter);
    if (!text.isEmpty()) {
      messages.add(new Message(SYSTEM, text, ""));
    }
  }

  void add(Example example) {
    boolean answered = example.answer.isPresent();
    String delimiter = "";
    if (answered && example.prefix.isEmpty()) {
      delimiter = example.targetDelimiter;
    } else if (example.prefix.isPresent()
        && !example.question.isEmpty()
        && !touchesSpace(example.question, example.prefix.get())) {
      delimiter = example.targetDelimiter;
    }
    messages.add(new Message(USER, example.question, delimiter));
    if (answered) {
      String text = join(example.prefix.orElse(""), example.answer.get(), " ");
      messages.add(new Message(ASSISTANT, text, example.exampleDelimiter));
    } else {
      example.prefix.ifPresent(prefix -> messages.add(new Message(ASSISTANT, prefix, "")));
    }
  }

  /** Joins two texts with a delimiter where neither touches the other with white space. */
  private static String join(String first, String second, String delimiter) {
    if (first.isEmpty() || second.isEmpty()) {
      return first + second;
    }
    return touchesSpace(first, second) ? first + second : first + delimiter + second;
  }

  private static boolean touchesSpace(String first, String second) {
    return (!first.isEmpty() && Strings.isSpace(first.codePointBefore(first.length())))
        || (!second.isEmpty() && Strings.isSpace(second.codePointAt(0)));
  }

  Prompt plain() {
    StringBuilder text = new StringBuilder();
    messages.forEach(message -> text.append(message.content).append(message.delimiter));
    return new Prompt.Plain(text.toString());
  }

  /**
   * @param multiturn whether examples stay turns of their own; otherwise all but a leading system
   *     message and a trailing answer prefix become one user message
   */
  Prompt chat(boolean multiturn) {
    boolean continues = messages.getLast().role.equals(ASSISTANT);
    List<Prompt.Turn> turns = new ArrayList<>();
    if (multiturn) {
      messages.forEach(message -> turns.add(new Prompt.Turn(message.role, message.content)));
      return new Prompt.Chat(turns, continues);
    }
    int first = messages.getFirst().role.equals(SYSTEM) ? 1 : 0;
    int last = messages.size() - (continues ? 1 : 0);
    messages.subList(0, first).forEach(m -> turns.add(new Prompt.Turn(m.role, m.content)));
    StringBuilder user = new StringBuilder();
    for (int i = first; i < last; i++) {
      user.append(messages.get(i).content).append(i < last - 1 ? messages.get(i).delimiter : "");
    }
    turns.add(new Prompt.Turn(USER, user.toString()));
    messages
        .subList(last, messages.size())
        .forEach(message -> turns.add(new Prompt.Turn(message.role, message.content)));
    return new Prompt.Chat(turns, continues);
  }
}
