package dev.mergefarm.storage.safetensors;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The checked header of one safetensors file. Once it exists, the tensors lie in the file one after
 * the other, without overlap or gap, from the end of the header to the end of the file, and each is
 * as long as its type and shape say.
 *
 * @param dataOffset where tensor bytes start, from the start of the file
 * @param metadata the {@code __metadata__} entry; empty without one
 * @param tensors in the order of their offsets
 */
public record SafetensorsHeader(
    long dataOffset, SequencedMap<String, String> metadata, List<TensorInfo> tensors) {

  /** Largest accepted JSON header in bytes; the format's reference implementation has the same. */
  public static final int LIMIT = 100_000_000;

  /** Largest accepted number of tensors in one file. */
  public static final int TENSOR_LIMIT = 1_000_000;

  /** One read of this many bytes holds the whole header of nearly every file. */
  private static final int FIRST_READ = 1 << 20;

  private static final int LENGTH_BYTES = Long.BYTES;

  public SafetensorsHeader {
    metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    tensors = List.copyOf(tensors);
  }

  /**
   * Reads and checks the header of a file. Nothing is allocated by a length that the file states
   * before that length is checked.
   *
   * @param file name within the folder
   * @throws MergefarmException with {@code OBJECT_NOT_FOUND}, or with every problem of the header
   *     ({@code MALFORMED_TENSOR_FILE}, {@code UNSUPPORTED_DTYPE}), paths being {@code file} or
   *     {@code file: tensor}
   */
  public static SafetensorsHeader read(ObjectFolder folder, String file) {
    ObjectInfo info =
        folder
            .find(file)
            .orElseThrow(
                () ->
                    new MergefarmException(
                        ErrorCode.OBJECT_NOT_FOUND,
                        "There is no '" + file + "' in " + folder.location() + "."));
    return read(folder, file, info.size());
  }

  /**
   * As {@link #read(ObjectFolder, String)} for a file whose size is known.
   *
   * @param size of the whole file in bytes
   */
  public static SafetensorsHeader read(ObjectFolder folder, String file, long size) {
    if (size < LENGTH_BYTES) {
      throw malformed(file, "has " + size + " bytes, fewer than the 8 of the header's length.");
    }
    byte[] start = new byte[(int) Math.min(FIRST_READ, size)];
    folder.read(file, 0, MemorySegment.ofArray(start));
    long length = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > LIMIT) {
      throw malformed(
          file,
          "states a header of %s bytes; at most %d are accepted."
              .formatted(Long.toUnsignedString(length), LIMIT));
    }
    if (length > size - LENGTH_BYTES) {
      throw malformed(
          file,
          "states a header of %d bytes, but has only %d after the length."
              .formatted(length, size - LENGTH_BYTES));
    }
    byte[] json = Arrays.copyOfRange(start, LENGTH_BYTES, LENGTH_BYTES + (int) length);
    int have = Math.min((int) length, start.length - LENGTH_BYTES);
    if (have < length) {
      MemorySegment rest = MemorySegment.ofArray(json).asSlice(have);
      folder.read(file, LENGTH_BYTES + (long) have, rest);
    }
    return check(file, json, LENGTH_BYTES + length, size);
  }

  private static SafetensorsHeader check(String file, byte[] json, long dataOffset, long size) {
    HeaderParser parser = new HeaderParser(file);
    parser.parse(json);
    List<TensorInfo> tensors =
        new LayoutCheck(file, dataOffset, size, parser.problems()).check(parser.entries());
    parser.problems().throwIfErrors();
    return new SafetensorsHeader(dataOffset, parser.metadata(), tensors);
  }

  /** The header's tensors by name, in the order of their offsets. */
  public Map<String, TensorInfo> byName() {
    Map<String, TensorInfo> names = new LinkedHashMap<>();
    tensors.forEach(tensor -> names.put(tensor.name(), tensor));
    return names;
  }

  static MergefarmException malformed(String file, String message) {
    return new MergefarmException(
        List.of(
            new Problem(
                ErrorCode.MALFORMED_TENSOR_FILE,
                Problem.Severity.ERROR,
                file,
                "The file " + message,
                Optional.empty())));
  }
}
