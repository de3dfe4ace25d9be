package dev.mergefarm.eval.run;

import dev.mergefarm.eval.model.LanguageModel;
import java.time.Clock;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * All requests of a plan as a model takes them, by kind. Each list comes with the positions of its
 * requests among the plan's slots.
 */
record ModelRequests(
    ChatFormat format,
    Kind<LanguageModel.ContinuationRequest> continuations,
    Kind<String> wholes,
    Kind<LanguageModel.GenerationRequest> generations) {

  /**
   * @param requests in plan order
   * @param slots for each request its position in the plan, ascending
   */
  record Kind<T>(List<T> requests, int[] slots) {}

  static ModelRequests of(BuiltPlan plan, ChatFormat format) {
    ChatFormat.Renderer renderer = format.new Renderer(Clock.systemDefaultZone());
    Map<Prompt, String> texts = new IdentityHashMap<>();
    List<LanguageModel.ContinuationRequest> continuations = new ArrayList<>();
    List<String> wholes = new ArrayList<>();
    List<LanguageModel.GenerationRequest> generations = new ArrayList<>();
    List<Integer> continuationSlots = new ArrayList<>();
    List<Integer> wholeSlots = new ArrayList<>();
    List<Integer> generationSlots = new ArrayList<>();
    for (int slot = 0; slot < plan.slots().size(); slot++) {
      switch (plan.request(plan.slots().get(slot))) {
        case PlannedRequest.Continuation(int document, Prompt prompt, String continuation) -> {
          String context = texts.computeIfAbsent(prompt, renderer::text);
          continuations.add(new LanguageModel.ContinuationRequest(context, continuation));
          continuationSlots.add(slot);
        }
        case PlannedRequest.Whole(int document, String text) -> {
          wholes.add(text);
          wholeSlots.add(slot);
        }
        case PlannedRequest.Generate generate -> {
          String context = texts.computeIfAbsent(generate.prompt(), renderer::text);
          generations.add(generate.generation().request(context, slot));
          generationSlots.add(slot);
        }
      }
    }
    return new ModelRequests(
        format,
        kind(continuations, continuationSlots),
        kind(wholes, wholeSlots),
        kind(generations, generationSlots));
  }

  private static <T> Kind<T> kind(List<T> requests, List<Integer> slots) {
    return new Kind<>(List.copyOf(requests), slots.stream().mapToInt(Integer::intValue).toArray());
  }
}
