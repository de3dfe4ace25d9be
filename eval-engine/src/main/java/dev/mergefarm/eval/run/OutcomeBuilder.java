package dev.mergefarm.eval.run;

import dev.mergefarm.eval.Answer;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.task.TaskFunctions;
import dev.mergefarm.eval.task.TaskTree;
import java.util.ArrayList;
import java.util.List;

/** Makes the outcome of a run from the model's answers. */
final class OutcomeBuilder {

  private final BuiltPlan plan;
  private final TaskFunctions functions;

  OutcomeBuilder(BuiltPlan plan, TaskFunctions functions) {
    this.plan = plan;
    this.functions = functions;
  }

  EvaluationOutcome build(AnswerCollector.Collected collected) {
    List<List<Object>> arguments = arguments(collected.requests());
    List<EvaluationOutcome.TaskOutcome> outcomes = new ArrayList<>();
    int slot = 0;
    for (PlannedTask task : plan.plannedTasks()) {
      List<List<Object>> answers = new ArrayList<>();
      List<List<Object>> asked = new ArrayList<>();
      for (int request = 0; request < task.requests().size(); request++) {
        asked.add(arguments.get(slot));
        List<Object> repeats = new ArrayList<>();
        for (int repeat = 0; repeat < task.repeats(); repeat++) {
          repeats.add(plain(collected.answers().get(slot++)));
        }
        answers.add(repeats);
      }
      outcomes.add(new TaskScorer(task, plan.options(), functions).score(asked, answers));
    }
    List<EvaluationOutcome.GroupOutcome> groups = new ArrayList<>();
    GroupScorer scorer = new GroupScorer(outcomes);
    for (TaskTree tree : plan.trees()) {
      groups.addAll(scorer.score(tree));
    }
    return new EvaluationOutcome(outcomes, groups, plan.warnings());
  }

  private static Object plain(Answer answer) {
    return switch (answer) {
      case Answer.Continuation(double logLikelihood, boolean greedy) ->
          List.of(logLikelihood, greedy);
      case Answer.Whole(double logLikelihood) -> logLikelihood;
      case Answer.Text(String text) -> text;
    };
  }

  /** What each slot's request said, as records show it. */
  private List<List<Object>> arguments(ModelRequests requests) {
    List<List<Object>> result = new ArrayList<>();
    for (int i = 0; i < plan.slots().size(); i++) {
      result.add(List.of());
    }
    for (int i = 0; i < requests.continuations().slots().length; i++) {
      var request = requests.continuations().requests().get(i);
      result.set(
          requests.continuations().slots()[i], List.of(request.context(), request.continuation()));
    }
    for (int i = 0; i < requests.wholes().slots().length; i++) {
      result.set(requests.wholes().slots()[i], List.of(requests.wholes().requests().get(i)));
    }
    for (int i = 0; i < requests.generations().slots().length; i++) {
      int slot = requests.generations().slots()[i];
      if (plan.request(plan.slots().get(slot)) instanceof PlannedRequest.Generate generate) {
        String context = requests.generations().requests().get(i).context();
        result.set(slot, List.of(context, generate.settings()));
      }
    }
    return result;
  }
}
