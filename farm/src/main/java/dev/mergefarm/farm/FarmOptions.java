package dev.mergefarm.farm;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.NearestName;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How a farm is started.
 *
 * @param data folder that holds everything the farm keeps; absolute
 * @param host address the farm listens on
 * @param port TCP port for gRPC, REST, health and metrics; 0 for any free one
 * @param store what objects are kept in
 * @param mergeSlots merges at the same time; 0 for none
 * @param evaluationSlots evaluations at the same time; 0 for none
 */
public record FarmOptions(
    Path data, String host, int port, StoreKind store, int mergeSlots, int evaluationSlots) {

  /** Where the farm keeps its objects. */
  public enum StoreKind {
    /** A directory, read and written directly. */
    LOCAL,
    /** The same directory behind an S3 server in this process. */
    S3
  }

  /** How to call the farm. */
  public static final String USAGE =
      """
      Usage: farm [--data DIR] [--host ADDRESS] [--port N] [--store local|s3]
                  [--merge-slots N] [--eval-slots N]
        --data DIR       folder for jobs, models and logs (default .mergefarm)
        --host ADDRESS   address to listen on (default 127.0.0.1)
        --port N         port for gRPC, REST, health and metrics; 0: any free one (default 8080)
        --store KIND     local: a directory; s3: the same behind an S3 server (default local)
        --merge-slots N  merges at the same time (default 1)
        --eval-slots N   evaluations at the same time (default 1)
      Each option is also read from the system property mergefarm.farm.NAME and the environment
      variable MERGEFARM_NAME, such as mergefarm.farm.merge-slots and MERGEFARM_MERGE_SLOTS.
      """;

  private static final int LARGEST_PORT = 65_535;
  private static final int MOST_SLOTS = 64;

  private static Map<String, String> defaults() {
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put("data", ".mergefarm");
    defaults.put("host", "127.0.0.1");
    defaults.put("port", "8080");
    defaults.put("store", "local");
    defaults.put("merge-slots", "1");
    defaults.put("eval-slots", "1");
    return defaults;
  }

  /**
   * Reads the options. Arguments win over properties, properties over the environment.
   *
   * @param properties value of a system property, or null
   * @param environment value of an environment variable, or null
   * @throws dev.mergefarm.common.MergefarmException with every problem at once
   */
  public static FarmOptions read(
      List<String> arguments, UnaryOperator<String> properties, UnaryOperator<String> environment) {
    Map<String, String> values = defaults();
    for (String name : List.copyOf(values.keySet())) {
      String variable = "MERGEFARM_" + name.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
      Optional.ofNullable(properties.apply("mergefarm.farm." + name))
          .or(() -> Optional.ofNullable(environment.apply(variable)))
          .ifPresent(value -> values.put(name, value));
    }
    Problems problems = new Problems();
    readArguments(arguments, values, problems);
    FarmOptions options = parse(values, problems);
    problems.throwIfErrors();
    return options;
  }

  private static void readArguments(
      List<String> arguments, Map<String, String> values, Problems problems) {
    List<String> left = new ArrayList<>(arguments);
    while (!left.isEmpty()) {
      String argument = left.removeFirst();
      String name = argument.startsWith("--") ? argument.substring(2).split("=", 2)[0] : "";
      if (!values.containsKey(name)) {
        problems.add(
            new Problem(
                ErrorCode.UNKNOWN_KEY,
                Problem.Severity.ERROR,
                argument,
                "Unknown option.",
                NearestName.among(name, values.keySet()).map(near -> "--" + near)));
      } else if (argument.contains("=")) {
        values.put(name, argument.split("=", 2)[1]);
      } else if (left.isEmpty()) {
        problems.error(ErrorCode.MISSING_KEY, argument, "The option's value is missing.");
      } else {
        values.put(name, left.removeFirst());
      }
    }
  }

  private static FarmOptions parse(Map<String, String> values, Problems problems) {
    String store = values.get("store");
    if (!store.equals("local") && !store.equals("s3")) {
      problems.unknownName(
          ErrorCode.INVALID_VALUE,
          "--store",
          "Must be local or s3, found '" + store + "'.",
          store,
          List.of("local", "s3"));
    }
    return new FarmOptions(
        Path.of(values.get("data")).toAbsolutePath().normalize(),
        values.get("host"),
        number(problems, values, "port", LARGEST_PORT),
        store.equals("s3") ? StoreKind.S3 : StoreKind.LOCAL,
        number(problems, values, "merge-slots", MOST_SLOTS),
        number(problems, values, "eval-slots", MOST_SLOTS));
  }

  private static int number(
      Problems problems, Map<String, String> values, String name, int largest) {
    String text = values.get(name);
    if (text.matches("\\d{1,6}") && Integer.parseInt(text) <= largest) {
      return Integer.parseInt(text);
    }
    problems.error(
        ErrorCode.INVALID_VALUE,
        "--" + name,
        "Must be a whole number from 0 to " + largest + ", found '" + text + "'.");
    return 0;
  }
}
