package dev.mergefarm.eval.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A model of the test resources and what the reference implementation made of it. */
record GoldenModel(Path folder) {

  /** One model of each family, and models that set their options. */
  static Stream<GoldenModel> all() {
    return Stream.of("/lm", "/lm-options").flatMap(GoldenModel::in);
  }

  private static Stream<GoldenModel> in(String resource) {
    try (Stream<Path> folders = Files.list(resource(resource))) {
      return folders.filter(Files::isDirectory).sorted().toList().stream().map(GoldenModel::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static GoldenModel named(String name) {
    return new GoldenModel(resource("/lm").resolve(name));
  }

  /** A model that sets options of its family. */
  static GoldenModel option(String name) {
    return new GoldenModel(resource("/lm-options").resolve(name));
  }

  /** A folder of the test resources. */
  static Path resource(String name) {
    URL url = GoldenModel.class.getResource(name);
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  Model open() {
    return open(folder);
  }

  static Model open(Path folder) {
    return DefaultModelRepository.builder()
        .localPaths(folder.getParent())
        .build()
        .open(new ModelReference(folder.toAbsolutePath().toString()));
  }

  List<int[]> sequences() {
    return lists("sequences");
  }

  List<int[]> continuations() {
    return lists("greedy_continuations");
  }

  private List<int[]> lists(String key) {
    try {
      JsonNode root = new ObjectMapper().readTree(folder.resolve("reference.json").toFile());
      List<int[]> result = new ArrayList<>();
      for (JsonNode list : root.get(key)) {
        int[] tokens = new int[list.size()];
        for (int i = 0; i < tokens.length; i++) {
          tokens[i] = list.get(i).intValue();
        }
        result.add(tokens);
      }
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The reference logits of a sequence, [length][vocabulary]. */
  float[][] logits(int sequence) {
    Path file = folder.resolve("reference_logits.safetensors");
    try (FileChannel channel = FileChannel.open(file);
        Arena arena = Arena.ofConfined()) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      long header = all.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
      byte[] text = all.asSlice(8, header).toArray(ValueLayout.JAVA_BYTE);
      JsonNode entry = new ObjectMapper().readTree(text).get("logits." + sequence);
      int rows = entry.get("shape").get(0).intValue();
      int columns = entry.get("shape").get(1).intValue();
      long offset = 8 + header + entry.get("data_offsets").get(0).longValue();
      float[][] result = new float[rows][columns];
      for (int row = 0; row < rows; row++) {
        MemorySegment.copy(
            all,
            ValueLayout.JAVA_FLOAT_UNALIGNED,
            offset + 4L * row * columns,
            result[row],
            0,
            columns);
      }
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return folder.getFileName().toString();
  }
}
