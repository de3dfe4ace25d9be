package dev.mergefarm.cli.command;

import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.output.Json;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.messages.MethodMessages;
import dev.mergefarm.proto.v1.ListMethodsRequest;
import dev.mergefarm.proto.v1.ListMethodsResponse;
import dev.mergefarm.proto.v1.Method;
import dev.mergefarm.proto.v1.MethodParameter;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows merge methods and their parameters. */
@Command(
    name = "methods",
    mixinStandardHelpOptions = true,
    description = "The merge methods of this program, or with --farm of that farm.")
final class MethodsCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private FarmOptions farmOptions;
  @Mixin private OutputOptions output;

  @Parameters(
      paramLabel = "METHOD",
      arity = "0..1",
      description = "One method with its parameters.")
  private String name;

  @Override
  public Integer call() {
    ListMethodsResponse answer = farmOptions.named() ? askFarm() : MethodMessages.methods();
    if (name != null) {
      answer = only(answer);
    }
    PrintWriter out = output.out(spec);
    if (output.json()) {
      out.println(Json.pretty(answer));
    } else {
      for (Method method : answer.getMethodsList()) {
        print(method, out, name != null);
      }
    }
    out.flush();
    return 0;
  }

  private ListMethodsResponse askFarm() {
    try (FarmConnection farm = farmOptions.connect()) {
      return farm.recipes().listMethods(ListMethodsRequest.getDefaultInstance());
    }
  }

  private ListMethodsResponse only(ListMethodsResponse all) {
    List<Method> found =
        all.getMethodsList().stream().filter(method -> method.getName().equals(name)).toList();
    if (found.isEmpty()) {
      Problems problems = new Problems();
      List<String> names = all.getMethodsList().stream().map(Method::getName).toList();
      problems.unknownName(
          ErrorCode.UNKNOWN_METHOD, "", "There is no method '" + name + "'.", name, names);
      throw new MergefarmException(problems.all());
    }
    return ListMethodsResponse.newBuilder().addAllMethods(found).build();
  }

  private static void print(Method method, PrintWriter out, boolean withParameters) {
    out.printf("%-18s %s%n", method.getName(), method.getDescription());
    if (!withParameters) {
      return;
    }
    out.printf("  title       %s%n", method.getTitle());
    if (!method.getReference().isEmpty()) {
      out.printf("  published   %s%n", method.getReference());
    }
    out.printf("  base model  %s%n", method.getBaseModel());
    String most =
        method.getMaximumModels() == 0 ? "any number" : Integer.toString(method.getMaximumModels());
    out.printf("  models      %d to %s%n", method.getMinimumModels(), most);
    for (MethodParameter parameter : method.getParametersList()) {
      out.printf(
          "  %s (%s%s%s)%n      %s%n",
          parameter.getName(),
          parameter.getType(),
          parameter.getPerModel() ? ", per model" : "",
          parameter.getRequired()
              ? ", required"
              : parameter.getDefaultValue().isEmpty()
                  ? ""
                  : ", default " + parameter.getDefaultValue(),
          parameter.getDescription());
    }
  }
}
