package dev.mergefarm.eval.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

/** A model's configuration and float32 tensors, to be changed and written elsewhere. */
final class EditedModel {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode configuration;
  private SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();

  /** A tensor's bytes, little endian. */
  record Tensor(Shape shape, byte[] bytes) {

    /** Every element multiplied by a factor. */
    Tensor times(float factor) {
      ByteBuffer values = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = 0; at < bytes.length; at += Float.BYTES) {
        values.putFloat(at, values.getFloat(at) * factor);
      }
      return new Tensor(shape, values.array());
    }

    /** The first rows and columns of a matrix. */
    Tensor topLeft(int rows, int columns) {
      int width = Math.toIntExact(shape.dimension(1));
      ByteBuffer kept = ByteBuffer.allocate(Float.BYTES * rows * columns);
      for (int row = 0; row < rows; row++) {
        kept.put(bytes, Float.BYTES * row * width, Float.BYTES * columns);
      }
      return new Tensor(Shape.of(rows, columns), kept.array());
    }

    /** Tensors one after the other under a new shape. */
    static Tensor joined(Shape shape, List<Tensor> parts) {
      ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(4 * shape.elements()));
      parts.forEach(part -> all.put(part.bytes));
      return new Tensor(shape, all.array());
    }
  }

  EditedModel(GoldenModel golden) {
    try (Model model = golden.open()) {
      configuration = (ObjectNode) JSON.readTree(model.file("config.json").orElseThrow());
      for (TensorInfo info : model.tensors().tensors().values()) {
        byte[] bytes = new byte[Math.toIntExact(info.bytes())];
        model.tensors().read(info, 0, MemorySegment.ofArray(bytes));
        tensors.put(info.name(), new Tensor(info.shape(), bytes));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  ObjectNode configuration() {
    return configuration;
  }

  SequencedMap<String, Tensor> tensors() {
    return tensors;
  }

  void rename(UnaryOperator<String> name) {
    SequencedMap<String, Tensor> renamed = new LinkedHashMap<>();
    tensors.forEach((old, tensor) -> renamed.put(name.apply(old), tensor));
    tensors = renamed;
  }

  GoldenModel write(Path folder) throws IOException {
    Files.createDirectories(folder);
    JSON.writeValue(folder.resolve("config.json").toFile(), configuration);
    ObjectNode header = JSON.createObjectNode();
    long offset = 0;
    for (var entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      ObjectNode node = header.putObject(entry.getKey()).put("dtype", "F32");
      node.set("shape", JSON.valueToTree(tensor.shape.dimensions()));
      node.putArray("data_offsets").add(offset).add(offset + tensor.bytes.length);
      offset += tensor.bytes.length;
    }
    byte[] text = JSON.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      out.write(
          ByteBuffer.allocate(Long.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(text.length)
              .array());
      out.write(text);
      for (byte[] bytes : tensors.values().stream().map(Tensor::bytes).toList()) {
        out.write(bytes);
      }
    }
    return new GoldenModel(folder);
  }
}
