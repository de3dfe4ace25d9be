package dev.mergefarm.eval.data;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the files of data sets and reads them. Safe from many threads. */
public final class DatasetReader {

  private final DataFiles files;

  public DatasetReader(DataFiles files) {
    this.files = files;
  }

  /** The same reader for a task whose data may lie beside its definition. */
  public DatasetReader beside(String definition) {
    return new DatasetReader(files.beside(definition));
  }

  /**
   * @param path a format's name, a folder, or a data set's id; ids are looked for under {@code
   *     datasets/} too, the hub's only there
   * @param name the data set's configuration, a folder in it
   * @param options {@code dataset_kwargs}
   * @throws MergefarmException {@code DATA_NOT_FOUND} where no file is found, {@code INVALID_VALUE}
   *     for options of the wrong form
   */
  public Dataset open(String path, Optional<String> name, Map<String, Object> options) {
    Optional<DataFormat> format = DataFormat.named(path);
    Object dataFiles = options.get("data_files");
    if (format.isPresent()) {
      if (dataFiles == null) {
        throw new MergefarmException(
            ErrorCode.MISSING_KEY,
            "dataset_path '" + path + "' needs dataset_kwargs.data_files with the files to read.");
      }
      return dataset(named("", dataFiles), format, options);
    }
    String folder = folder(path);
    Map<String, List<DataFile>> found =
        dataFiles == null ? bySplit(folder, path, name) : named(folder + "/", dataFiles);
    return dataset(found, format, options);
  }

  private String folder(String path) {
    for (String folder : List.of(path, "datasets/" + path)) {
      if (!files.find(folder + "/**").isEmpty()) {
        return folder;
      }
    }
    throw new MergefarmException(ErrorCode.DATA_NOT_FOUND, "No data set '" + path + "' was found.");
  }

  private Map<String, List<DataFile>> named(String prefix, Object dataFiles) {
    Map<String, List<DataFile>> result = new LinkedHashMap<>();
    if (dataFiles instanceof Map<?, ?> bySplit) {
      bySplit.forEach((split, patterns) -> result.put(split.toString(), files(prefix, patterns)));
    } else {
      result.put("train", files(prefix, dataFiles));
    }
    return result;
  }

  private List<DataFile> files(String prefix, Object patterns) {
    List<?> list = patterns instanceof List<?> many ? many : List.of(patterns);
    List<DataFile> result = new ArrayList<>();
    for (Object pattern : list) {
      if (!(pattern instanceof String text)) {
        throw new MergefarmException(
            ErrorCode.INVALID_VALUE, "data_files must name files, not " + pattern + ".");
      }
      List<DataFile> found = files.find(prefix + text);
      if (found.isEmpty()) {
        throw new MergefarmException(
            ErrorCode.DATA_NOT_FOUND, "No data file '" + prefix + text + "' was found.");
      }
      result.addAll(found);
    }
    return result;
  }

  private Map<String, List<DataFile>> bySplit(String folder, String id, Optional<String> name) {
    List<DataFile> all =
        files.find(folder + "/**").stream()
            .filter(file -> DataFormat.ofFile(file.name()).isPresent())
            .toList();
    List<DataFile> chosen = all;
    if (name.isPresent()) {
      String part = "/" + name.get() + "/";
      List<DataFile> inFolder = all.stream().filter(file -> file.name().contains(part)).toList();
      chosen = inFolder.isEmpty() ? all : inFolder;
    }
    Map<String, List<DataFile>> result = new LinkedHashMap<>();
    for (DataFile file : chosen) {
      String split = SplitNames.of(file.name().substring(folder.length())).orElse("train");
      result.computeIfAbsent(split, s -> new ArrayList<>()).add(file);
    }
    if (result.isEmpty()) {
      throw new MergefarmException(
          ErrorCode.DATA_NOT_FOUND, "Data set '" + id + "' holds no file of a known format.");
    }
    return result;
  }

  private static Dataset dataset(
      Map<String, List<DataFile>> splits,
      Optional<DataFormat> format,
      Map<String, Object> options) {
    return new Dataset(splits.keySet(), split -> read(splits.get(split), format, options));
  }

  private static List<Map<String, Object>> read(
      List<DataFile> files, Optional<DataFormat> format, Map<String, Object> options) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (DataFile file : files) {
      DataFormat kind = format.or(() -> DataFormat.ofFile(file.name())).orElse(DataFormat.JSON);
      try {
        rows.addAll(read(file, kind, options));
      } catch (IOException e) {
        throw PackedFiles.isPacked(file.name())
            ? new MergefarmException(
                ErrorCode.MALFORMED_DATA,
                "Data file " + file.name() + " cannot be unpacked: " + e.getMessage() + ".",
                e)
            : new UncheckedIOException("Data file " + file.name() + " cannot be read", e);
      }
    }
    return ColumnTypes.unify(rows);
  }

  private static List<Map<String, Object>> read(
      DataFile file, DataFormat format, Map<String, Object> options) throws IOException {
    return switch (format) {
      case JSON -> {
        try (InputStream content = PackedFiles.open(file)) {
          yield JsonRows.read(
              file.name(), content, Optional.ofNullable((String) options.get("field")));
        }
      }
      case TEXT -> {
        try (InputStream content = PackedFiles.open(file)) {
          yield TextRows.read(file.name(), content, options);
        }
      }
      case CSV -> {
        boolean tabs = PackedFiles.plainName(file.name()).endsWith(".tsv");
        CsvDialect dialect = CsvDialect.of(options, tabs);
        try (InputStream content = PackedFiles.open(file)) {
          yield CellTypes.infer(CsvRows.read(file.name(), content, dialect), dialect);
        }
      }
      case PARQUET -> withLocalPath(file, path -> TableRows.parquet(file.name(), path));
    };
  }

  private interface PathReader {
    List<Map<String, Object>> read(Path path);
  }

  /** DuckDB reads paths only, and takes some of their characters for wildcards. */
  private static List<Map<String, Object>> withLocalPath(DataFile file, PathReader reader)
      throws IOException {
    boolean plain =
        file.path().isPresent()
            && !PackedFiles.isPacked(file.name())
            && !file.path().get().toString().matches(".*[*?\\[\\]{}].*");
    if (plain) {
      return reader.read(file.path().get());
    }
    Path copy = Files.createTempFile("mergefarm-data", ".bin");
    try (InputStream content = PackedFiles.open(file)) {
      Files.copy(content, copy, StandardCopyOption.REPLACE_EXISTING);
      return reader.read(copy);
    } finally {
      Files.deleteIfExists(copy);
    }
  }
}
