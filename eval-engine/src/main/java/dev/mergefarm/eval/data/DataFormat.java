package dev.mergefarm.eval.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The formats of data files. */
enum DataFormat {
  JSON("json", List.of(".jsonl", ".json", ".ndjson")),
  CSV("csv", List.of(".csv", ".tsv")),
  PARQUET("parquet", List.of(".parquet")),
  TEXT("text", List.of(".txt"));

  private final String key;
  private final List<String> endings;

  DataFormat(String key, List<String> endings) {
    this.key = key;
    this.endings = endings;
  }

  /** The format that a {@code dataset_path} names. */
  static Optional<DataFormat> named(String path) {
    return Arrays.stream(values()).filter(format -> format.key.equals(path)).findFirst();
  }

  /** The format of a file by the end of its name; how it is packed does not count. */
  static Optional<DataFormat> ofFile(String name) {
    String plain = PackedFiles.plainName(name).toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(format -> format.endings.stream().anyMatch(plain::endsWith))
        .findFirst();
  }
}
