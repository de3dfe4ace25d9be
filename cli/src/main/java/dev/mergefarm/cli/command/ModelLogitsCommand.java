package dev.mergefarm.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.cli.local.Interruption;
import dev.mergefarm.cli.local.LocalModels;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.cli.output.RateMeter;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.LogitsProbe;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a model expects next, for comparing with other engines. Needs no tokenizer. */
@Command(
    name = "logits",
    mixinStandardHelpOptions = true,
    description =
        "Next-token log-probabilities of a model on this machine after each of some tokens, and what it would go on with.")
final class ModelLogitsCommand implements Callable<Integer> {

  private static final int SHOWN = 5;

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;

  @Parameters(
      paramLabel = "MODEL",
      description = "The model's folder, or org/name[@revision] on the hub.")
  private String folder;

  @Option(
      names = "--tokens",
      paramLabel = "IDS",
      split = ",",
      required = true,
      description = "Token ids, separated by commas.")
  private int[] tokens;

  @Option(
      names = "--generate",
      paramLabel = "N",
      defaultValue = "0",
      description = "Also continue greedily by so many tokens.")
  private int count;

  @Override
  public Integer call() throws JsonProcessingException {
    Problems problems = new Problems();
    try (Interruption interruption = Interruption.watch();
        ProgressLine line = ProgressLine.forThisProcess(spec.commandLine().getErr(), folder);
        LocalModels models = LocalModels.open();
        Model model =
            models.toUse(interruption, new RateMeter(line)::show).open(new ModelReference(folder));
        LogitsProbe probe =
            LogitsProbe.load(
                model,
                ModelOptions.onBestDevice(ComputeType.FLOAT32),
                Progress.Listener.NONE,
                interruption)) {
      problems.addAll(probe.warnings());
      double[][] logProbabilities = probe.logProbabilities(tokens);
      int[] continuation = count > 0 ? probe.continueGreedily(tokens, count) : new int[0];
      print(logProbabilities, continuation);
    }
    problems
        .warnings()
        .forEach(
            warning ->
                spec.commandLine().getErr().println("mergefarm: warning: " + warning.describe()));
    return 0;
  }

  private void print(double[][] logProbabilities, int[] continuation)
      throws JsonProcessingException {
    PrintWriter out = output.out(spec);
    if (output.json()) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("tokens", tokens);
      answer.put("log_probabilities", logProbabilities);
      answer.put("continuation", continuation);
      out.println(new ObjectMapper().writeValueAsString(answer));
    } else {
      for (int position = 0; position < tokens.length; position++) {
        out.printf("after %d: %s%n", tokens[position], best(logProbabilities[position]));
      }
      if (continuation.length > 0) {
        out.println(
            "continues with "
                + Arrays.stream(continuation)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(",")));
      }
    }
    out.flush();
  }

  /** The most probable tokens with their log-probabilities. */
  private static String best(double[] logProbabilities) {
    List<Integer> order =
        IntStream.range(0, logProbabilities.length)
            .boxed()
            .sorted((a, b) -> Double.compare(logProbabilities[b], logProbabilities[a]))
            .limit(SHOWN)
            .toList();
    return order.stream()
        .map(token -> String.format(Locale.ROOT, "%d %.4f", token, logProbabilities[token]))
        .collect(Collectors.joining("  "));
  }
}
