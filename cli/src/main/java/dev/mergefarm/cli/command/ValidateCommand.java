package dev.mergefarm.cli.command;

import dev.mergefarm.cli.ExitCode;
import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.local.LocalMerge;
import dev.mergefarm.cli.output.Json;
import dev.mergefarm.cli.output.PlanReport;
import dev.mergefarm.messages.MergeMessages;
import dev.mergefarm.proto.v1.ValidateRecipeRequest;
import dev.mergefarm.proto.v1.ValidateRecipeResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks a recipe without merging. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description =
        "Checks a recipe from headers alone: every problem, and the plan. Here, or with --farm there.")
final class ValidateCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private FarmOptions farmOptions;
  @Mixin private OutputOptions output;
  @Mixin private RecipeOptions recipeOptions;

  @Parameters(paramLabel = "FILE", description = "The recipe's YAML.")
  private Path file;

  @Override
  public Integer call() throws IOException {
    ValidateRecipeResponse answer = farmOptions.named() ? askFarm() : checkHere();
    if (output.json()) {
      output.out(spec).println(Json.pretty(answer));
    } else {
      PlanReport.print(answer, output.out(spec), spec.commandLine().getErr());
    }
    output.out(spec).flush();
    boolean refused = answer.getProblemsList().stream().anyMatch(problem -> !problem.getWarning());
    return refused ? ExitCode.INVALID_INPUT.number() : ExitCode.SUCCESS.number();
  }

  private ValidateRecipeResponse askFarm() throws IOException {
    try (FarmConnection farm = farmOptions.connect()) {
      return farm.recipes()
          .validateRecipe(
              ValidateRecipeRequest.newBuilder()
                  .setRecipe(Files.readString(file))
                  .setOptions(recipeOptions.message())
                  .build());
    }
  }

  private ValidateRecipeResponse checkHere() throws IOException {
    try (LocalMerge merge = new LocalMerge()) {
      return MergeMessages.check(merge.check(Files.readString(file), recipeOptions.options()));
    }
  }
}
