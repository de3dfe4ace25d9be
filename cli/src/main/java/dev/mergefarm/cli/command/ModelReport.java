package dev.mergefarm.cli.command;

import dev.mergefarm.cli.output.Json;
import dev.mergefarm.cli.output.Units;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.ModelFile;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/** Prints one model. */
final class ModelReport {

  private ModelReport() {}

  static void print(Model model, OutputOptions output, CommandSpec spec) {
    PrintWriter out = output.out(spec);
    if (output.json()) {
      out.println(Json.pretty(model));
    } else {
      out.printf(
          "%s  %s  %d parameters in %d tensors (%s)  %s%n",
          model.getReference(),
          model.getArchitecture(),
          model.getParameters(),
          model.getTensors(),
          String.join(", ", model.getDataTypesList()),
          Units.bytes(model.getBytes()));
      for (ModelFile file : model.getFilesList()) {
        out.printf("  %s  %s%n", file.getName(), Units.bytes(file.getBytes()));
      }
    }
    out.flush();
  }
}
