package dev.mergefarm.cli.command;

import dev.mergefarm.cli.output.Json;
import dev.mergefarm.cli.output.PlanReport;
import dev.mergefarm.cli.output.Units;
import dev.mergefarm.merge.MergeResult;
import dev.mergefarm.merge.RecipeCheck;
import dev.mergefarm.messages.MergeMessages;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Tells of a merge on this machine: its warnings and plan on standard error, its result on standard
 * output.
 */
record MergeReport(CommandSpec spec, OutputOptions output) {

  void planned(RecipeCheck check) {
    if (!output.json()) {
      PrintWriter err = spec.commandLine().getErr();
      PlanReport.print(MergeMessages.check(check), err, err);
    }
  }

  void merged(MergeResult result, Path folder, Duration time) {
    PrintWriter print = output.out(spec);
    if (output.json()) {
      print.println(
          Json.pretty(
              dev.mergefarm.proto.v1.MergeResult.newBuilder()
                  .setModel(folder.toString())
                  .setTensors(result.tensors())
                  .setBytesWritten(result.bytesWritten())
                  .setShardsKept(result.shardsKept())
                  .setDevice(result.device())
                  .build()));
    } else {
      print.printf(
          "%s  %d tensors, %s in %s%n",
          folder, result.tensors(), Units.bytes(result.bytesWritten()), Units.time(time));
    }
    print.flush();
  }
}
