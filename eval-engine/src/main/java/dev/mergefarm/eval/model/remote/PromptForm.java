package dev.mergefarm.eval.model.remote;

import com.fasterxml.jackson.databind.node.ArrayNode;

/** A prompt as the server takes it. */
sealed interface PromptForm {

  /** For sending long prompts first. */
  int length();

  void addTo(ArrayNode prompts);

  record Tokens(int[] ids) implements PromptForm {
    @Override
    public int length() {
      return ids.length;
    }

    @Override
    public void addTo(ArrayNode prompts) {
      ArrayNode list = prompts.addArray();
      for (int id : ids) {
        list.add(id);
      }
    }
  }

  record Text(String text) implements PromptForm {
    @Override
    public int length() {
      return text.length();
    }

    @Override
    public void addTo(ArrayNode prompts) {
      prompts.add(text);
    }
  }
}
