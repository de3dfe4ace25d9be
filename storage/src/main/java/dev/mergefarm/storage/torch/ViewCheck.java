package dev.mergefarm.storage.torch;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.torch.ZipDirectory.ZipEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds each tensor's sizes, strides and offset against its storage. */
final class ViewCheck {

  /**
   * Largest tensor, gathered or where it lies, that is accepted when it is not contiguous: it is
   * gathered in memory. Larger ones have to be saved contiguous.
   */
  static final long GATHER_LIMIT = 64L << 20;

  private final String file;
  private final Map<String, ZipEntry> storages;
  private final Map<String, Long> offsets;
  private final Problems problems;

  /**
   * @param offsets where each storage's bytes start in the file
   */
  ViewCheck(
      String file, Map<String, ZipEntry> storages, Map<String, Long> offsets, Problems problems) {
    this.file = file;
    this.storages = storages;
    this.offsets = offsets;
    this.problems = problems;
  }

  /** The tensors' views; complete only if no problem was added. */
  List<TensorView> views(Map<String, StoredTensor> described) {
    List<TensorView> views = new ArrayList<>();
    described.forEach((name, tensor) -> view(name, tensor).ifPresent(views::add));
    return views;
  }

  private Optional<TensorView> view(String name, StoredTensor tensor) {
    try {
      return checked(name, tensor);
    } catch (ArithmeticException | IllegalArgumentException impossible) {
      return fault(name, "Its sizes %s are impossible.".formatted(tensor.sizes()));
    }
  }

  private Optional<TensorView> checked(String name, StoredTensor tensor) {
    Shape shape = new Shape(tensor.sizes());
    long elementBytes = tensor.dataType().bytes();
    long bytes = Math.multiplyExact(shape.elements(), elementBytes);
    long start = Math.multiplyExact(tensor.offset(), elementBytes);
    boolean sound =
        tensor.strides().size() == shape.rank()
            && tensor.strides().stream().allMatch(stride -> stride >= 0)
            && start >= 0;
    if (!sound) {
      return fault(
          name,
          "Offset %d, sizes %s and strides %s do not fit each other."
              .formatted(tensor.offset(), tensor.sizes(), tensor.strides()));
    }
    long end = shape.elements() == 0 ? start : Math.addExact(start, spanBytes(tensor));
    long available = storages.get(tensor.storage().key()).size();
    if (end > available) {
      return fault(name, "It ends at byte %d of a storage of %d bytes.".formatted(end, available));
    }
    long place = offsets.get(tensor.storage().key()) + start;
    TensorInfo info = new TensorInfo(name, tensor.dataType(), shape, file, place, bytes);
    if (isContiguous(shape, tensor.strides())) {
      return Optional.of(new TensorView(info, List.of()));
    }
    return strided(new TensorView(info, tensor.strides()));
  }

  private Optional<TensorView> strided(TensorView view) {
    long needed = Math.max(view.span(), view.tensor().bytes());
    if (needed > GATHER_LIMIT) {
      problems.error(
          ErrorCode.UNSUPPORTED_FORMAT,
          file + ": " + view.tensor().name(),
          "It is not contiguous and takes %d bytes; at most %d can be gathered."
              .formatted(needed, GATHER_LIMIT));
      return Optional.empty();
    }
    return Optional.of(view);
  }

  private static long spanBytes(StoredTensor tensor) {
    long last = 0;
    for (int i = 0; i < tensor.sizes().size(); i++) {
      long step = Math.multiplyExact(tensor.sizes().get(i) - 1, tensor.strides().get(i));
      last = Math.addExact(last, step);
    }
    return Math.multiplyExact(Math.addExact(last, 1), (long) tensor.dataType().bytes());
  }

  private static boolean isContiguous(Shape shape, List<Long> strides) {
    long expected = 1;
    for (int i = shape.rank() - 1; i >= 0; i--) {
      if (shape.dimension(i) != 1 && strides.get(i) != expected) {
        return shape.elements() == 0;
      }
      expected *= shape.dimension(i);
    }
    return true;
  }

  private Optional<TensorView> fault(String name, String message) {
    problems.error(ErrorCode.MALFORMED_TENSOR_FILE, file + ": " + name, message);
    return Optional.empty();
  }
}
