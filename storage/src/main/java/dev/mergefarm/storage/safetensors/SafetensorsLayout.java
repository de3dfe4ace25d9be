package dev.mergefarm.storage.safetensors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where everything in a file that is to be written will lie: known to the byte before the first
 * tensor exists.
 *
 * @param file the file's name
 * @param header the header's length and JSON, as they will be written; a multiple of 8 bytes
 * @param tensors in the order in which they must be written
 * @param size of the whole file in bytes
 */
public record SafetensorsLayout(String file, byte[] header, List<TensorInfo> tensors, long size) {

  private static final int ALIGNMENT = 8;

  public SafetensorsLayout {
    header = header.clone();
    tensors = List.copyOf(tensors);
  }

  @Override
  public byte[] header() {
    return header.clone();
  }

  /**
   * Lays out a file. Tensors keep their order, except that wider element types come first, so that
   * every tensor starts at a multiple of its element size, as readers that map files expect.
   *
   * @throws IllegalArgumentException if a name is there twice, or is {@code __metadata__}
   */
  public static SafetensorsLayout of(String file, List<TensorSpec> specs) {
    checkNames(specs);
    List<TensorSpec> inOrder = new ArrayList<>(specs);
    inOrder.sort(Comparator.comparingInt((TensorSpec spec) -> spec.dataType().bits()).reversed());
    byte[] header = header(inOrder);
    List<TensorInfo> tensors = new ArrayList<>(inOrder.size());
    long offset = header.length;
    for (TensorSpec spec : inOrder) {
      tensors.add(
          new TensorInfo(spec.name(), spec.dataType(), spec.shape(), file, offset, spec.bytes()));
      offset = Math.addExact(offset, spec.bytes());
    }
    return new SafetensorsLayout(file, header, tensors, offset);
  }

  private static void checkNames(List<TensorSpec> specs) {
    Set<String> names = new HashSet<>();
    for (TensorSpec spec : specs) {
      if (!names.add(spec.name()) || spec.name().equals("__metadata__")) {
        throw new IllegalArgumentException("tensor name '" + spec.name() + "' cannot be used");
      }
    }
  }

  private static byte[] header(List<TensorSpec> specs) {
    ObjectNode root = JsonFiles.object();
    root.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    for (TensorSpec spec : specs) {
      ObjectNode entry = root.putObject(spec.name());
      entry.put("dtype", spec.dataType().name());
      ArrayNode shape = entry.putArray("shape");
      spec.shape().dimensions().forEach(shape::add);
      entry.putArray("data_offsets").add(offset).add(Math.addExact(offset, spec.bytes()));
      offset += spec.bytes();
    }
    byte[] json = JsonFiles.writeCompact(root);
    int padded = Math.ceilDiv(json.length, ALIGNMENT) * ALIGNMENT;
    if (padded > SafetensorsHeader.LIMIT) {
      throw new IllegalArgumentException(
          "the header would take " + padded + " bytes, more than " + SafetensorsHeader.LIMIT);
    }
    byte[] header = new byte[Long.BYTES + padded];
    Arrays.fill(header, (byte) ' ');
    for (int i = 0; i < Long.BYTES; i++) {
      header[i] = (byte) ((long) padded >>> (Byte.SIZE * i));
    }
    System.arraycopy(json, 0, header, Long.BYTES, json.length);
    return header;
  }

  /** Equal when file, header and size are; the header determines the tensors. */
  @Override
  public boolean equals(Object other) {
    return other instanceof SafetensorsLayout that
        && file.equals(that.file)
        && size == that.size
        && Arrays.equals(header, that.header);
  }

  @Override
  public int hashCode() {
    return 31 * file.hashCode() + Arrays.hashCode(header);
  }

  @Override
  public String toString() {
    return "SafetensorsLayout[%s, %d tensors, %d bytes]".formatted(file, tensors.size(), size);
  }
}
