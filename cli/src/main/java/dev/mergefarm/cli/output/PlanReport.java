package dev.mergefarm.cli.output;

import dev.mergefarm.proto.v1.MergePlan;
import dev.mergefarm.proto.v1.Problem;
import dev.mergefarm.proto.v1.ValidateRecipeResponse;
import java.io.PrintWriter;

/** A recipe's check for a person: problems on standard error, the plan on standard output. */
public final class PlanReport {

  private PlanReport() {}

  public static void print(ValidateRecipeResponse answer, PrintWriter out, PrintWriter err) {
    answer.getProblemsList().forEach(problem -> err.println(line(problem)));
    err.flush();
    if (answer.hasPlan()) {
      MergePlan plan = answer.getPlan();
      out.printf("%s of %s%n", plan.getMethod(), plan.getArchitecture());
      out.printf("  tensors written   %d in %d shards%n", plan.getTensors(), plan.getShards());
      out.printf("  bytes read        %s%n", Units.bytes(plan.getBytesIn()));
      out.printf("  bytes written     %s%n", Units.bytes(plan.getBytesOut()));
      out.printf("  memory at most    %s%n", Units.bytes(plan.getPeakMemoryBytes()));
      if (plan.hasEstimatedTime()) {
        out.printf("  estimated time    %s%n", Units.time(Units.of(plan.getEstimatedTime())));
      }
      out.flush();
    }
  }

  private static String line(Problem problem) {
    String where = problem.getPath().isEmpty() ? "" : problem.getPath() + ": ";
    String nearest =
        problem.getSuggestion().isEmpty() ? "" : " Did you mean '" + problem.getSuggestion() + "'?";
    String kind = problem.getWarning() ? "warning" : "error";
    return "mergefarm: " + kind + ": " + where + problem.getMessage() + nearest;
  }
}
