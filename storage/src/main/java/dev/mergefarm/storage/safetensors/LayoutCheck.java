package dev.mergefarm.storage.safetensors;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Holds the stated types, shapes and offsets of a file against each other and its length. */
final class LayoutCheck {

  private static final int PATH_LIMIT = 200;

  private final String file;
  private final long dataOffset;
  private final long dataLength;
  private final Problems problems;
  private final List<HeaderEntry> outside = new ArrayList<>();

  /**
   * @param dataOffset where tensor bytes start in the file
   * @param fileSize length of the whole file in bytes
   */
  LayoutCheck(String file, long dataOffset, long fileSize, Problems problems) {
    this.file = file;
    this.dataOffset = dataOffset;
    this.dataLength = fileSize - dataOffset;
    this.problems = problems;
  }

  /** The tensors in the order of their offsets; sound only if no problem was added. */
  List<TensorInfo> check(List<HeaderEntry> entries) {
    boolean complete = !problems.hasErrors();
    List<HeaderEntry> inOrder = new ArrayList<>(entries);
    inOrder.sort(Comparator.comparingLong(HeaderEntry::begin).thenComparingLong(HeaderEntry::end));
    List<TensorInfo> tensors = new ArrayList<>(inOrder.size());
    for (HeaderEntry entry : inOrder) {
      checkEntry(entry).ifPresent(tensors::add);
    }
    reportOutside();
    if (complete) {
      checkContiguous(inOrder);
    }
    return tensors;
  }

  /** A path for a problem: the file, and the tensor in it; long names are cut. */
  static String path(String file, String tensor) {
    String cut = tensor.length() > PATH_LIMIT ? tensor.substring(0, PATH_LIMIT) + "..." : tensor;
    return file + ": " + cut;
  }

  private Optional<TensorInfo> checkEntry(HeaderEntry entry) {
    if (entry.begin() > entry.end() || entry.end() > dataLength) {
      outside.add(entry);
      return Optional.empty();
    }
    Optional<DataType> type = DataType.named(entry.dataType());
    if (type.isEmpty()) {
      problems.error(
          ErrorCode.UNSUPPORTED_DTYPE,
          path(file, entry.name()),
          "The dtype '%s' is not known.".formatted(cut(entry.dataType())));
      return Optional.empty();
    }
    return checkLength(entry, type.get());
  }

  /** A truncated file lacks many tensors for one reason. */
  private void reportOutside() {
    if (outside.isEmpty()) {
      return;
    }
    HeaderEntry first = outside.getFirst();
    fault(
        first,
        "data_offsets [%d, %d] do not lie within the file's %d bytes of data%s."
            .formatted(
                first.begin(),
                first.end(),
                dataLength,
                outside.size() == 1
                    ? ""
                    : ", nor do those of %d more tensors".formatted(outside.size() - 1)));
  }

  private Optional<TensorInfo> checkLength(HeaderEntry entry, DataType type) {
    long stated = entry.end() - entry.begin();
    try {
      Shape shape = new Shape(entry.shape());
      long needed = type.bytesFor(shape.elements());
      if (needed == stated) {
        return Optional.of(
            new TensorInfo(entry.name(), type, shape, file, dataOffset + entry.begin(), stated));
      }
      fault(
          entry,
          "%s of shape %s takes %d bytes, but data_offsets give it %d."
              .formatted(type, shape, needed, stated));
    } catch (ArithmeticException overflow) {
      fault(
          entry,
          "%s of shape %s has no length in whole bytes that fits a file."
              .formatted(type, entry.shape()));
    }
    return Optional.empty();
  }

  private void checkContiguous(List<HeaderEntry> inOrder) {
    long end = 0;
    for (HeaderEntry entry : inOrder) {
      if (entry.begin() < end) {
        fault(
            entry,
            "The tensor starts at %d and overlaps the one before it, which ends at %d."
                .formatted(entry.begin(), end));
      } else if (entry.begin() > end) {
        fault(
            entry,
            "The tensor starts at %d, leaving a gap after %d.".formatted(entry.begin(), end));
      }
      end = Math.max(end, entry.end());
    }
    if (end < dataLength) {
      problems.error(
          ErrorCode.MALFORMED_TENSOR_FILE,
          file,
          "%d bytes follow the last tensor.".formatted(dataLength - end));
    }
  }

  private void fault(HeaderEntry entry, String message) {
    problems.error(ErrorCode.MALFORMED_TENSOR_FILE, path(file, entry.name()), message);
  }

  private static String cut(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "..." : text;
  }
}
