package dev.mergefarm.eval.run;

import java.util.List;

/** What the model reads before it answers. */
sealed interface Prompt {

  /** Text that does not depend on the model. */
  record Plain(String text) implements Prompt {}

  /**
   * Turns that become text through the model's chat template.
   *
   * @param continues whether the last turn is the start of the model's answer, left open
   */
  record Chat(List<Turn> turns, boolean continues) implements Prompt {
    public Chat {
      turns = List.copyOf(turns);
    }
  }

  /**
   * @param role {@code system}, {@code user} or {@code assistant}
   */
  record Turn(String role, String content) {}
}
