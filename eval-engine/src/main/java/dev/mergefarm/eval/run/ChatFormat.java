package dev.mergefarm.eval.run;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.model.LanguageModel;
import dev.mergefarm.eval.template.Template;
import dev.mergefarm.eval.template.TemplateOptions;
import dev.mergefarm.eval.template.python.Strings;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a model writes turns of a chat as text.
 *
 * @param template its chat template; empty in runs without one
 * @param beginToken text of the begin token, for the template
 * @param endToken text of the end token, for the template
 */
record ChatFormat(
    Optional<String> template, Optional<String> beginToken, Optional<String> endToken) {

  static final ChatFormat NONE =
      new ChatFormat(Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * @throws MergefarmException {@code MODEL_INCOMPLETE} if the model has no chat template
   */
  static ChatFormat of(LanguageModel model) {
    if (model.chatTemplate().isEmpty()) {
      throw new MergefarmException(
          ErrorCode.MODEL_INCOMPLETE,
          "The run asks for a chat template and the model's tokenizer has none.");
    }
    return new ChatFormat(model.chatTemplate(), model.beginToken(), model.endToken());
  }

  /** Renders prompts with one compiled template. Not thread safe. */
  final class Renderer {
    private final Template compiled;

    Renderer(Clock clock) {
      this.compiled =
          template
              .map(source -> Template.compile(source, TemplateOptions.chat(clock)))
              .orElse(null);
    }

    String text(Prompt prompt) {
      return switch (prompt) {
        case Prompt.Plain(String text) -> text;
        case Prompt.Chat(List<Prompt.Turn> turns, boolean continues) -> chat(turns, continues);
      };
    }

    private String chat(List<Prompt.Turn> turns, boolean continues) {
      String rendered;
      try {
        rendered = render(turns, continues);
      } catch (MergefarmException e) {
        // Some templates refuse a system turn; the reference program then goes on without it.
        List<Prompt.Turn> rest =
            turns.stream().filter(turn -> !turn.role().equals(PromptBuilder.SYSTEM)).toList();
        if (rest.size() == turns.size()) {
          throw e;
        }
        rendered = render(rest, continues);
      }
      return continues ? leaveOpen(rendered, turns.getLast().content()) : rendered;
    }

    private String render(List<Prompt.Turn> turns, boolean continues) {
      Map<String, Object> context = new LinkedHashMap<>();
      context.put(
          "messages",
          turns.stream().map(t -> Map.of("role", t.role(), "content", t.content())).toList());
      context.put("add_generation_prompt", !continues);
      beginToken.ifPresent(token -> context.put("bos_token", token));
      endToken.ifPresent(token -> context.put("eos_token", token));
      return compiled.render(context);
    }

    /** Cuts what the template puts after the last turn, so that the model goes on with it. */
    private String leaveOpen(String rendered, String last) {
      String core = Strings.strip(last, true, true);
      int at = rendered.lastIndexOf(core);
      if (at < 0) {
        throw new MergefarmException(
            ErrorCode.TEMPLATE_FAILED,
            "The chat template changes the start of the answer (gen_prefix), so the model cannot"
                + " go on with it.");
      }
      String leftStripped = Strings.strip(last, true, false);
      String kept = rendered.startsWith(leftStripped, at) ? leftStripped : core;
      return rendered.substring(0, at) + kept;
    }
  }
}
