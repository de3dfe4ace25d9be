package dev.mergefarm.eval.torch;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Reads stored tensors into libtorch's memory, converting where the types differ. */
public final class TensorReader {

  /** At most this many bytes are read between two looks at the cancellation. */
  private static final long CHUNK = 32L << 20;

  private TensorReader() {}

  /** The libtorch type of a stored type that weights may have. */
  public static Optional<ScalarType> scalarType(DataType type) {
    return switch (type) {
      case F32 -> Optional.of(ScalarType.Float);
      case F16 -> Optional.of(ScalarType.Half);
      case BF16 -> Optional.of(ScalarType.BFloat16);
      case F64 -> Optional.of(ScalarType.Double);
      case BOOL,
          F4,
          F6_E2M3,
          F6_E3M2,
          U8,
          I8,
          F8_E5M2,
          F8_E4M3,
          F8_E8M0,
          F8_E4M3FNUZ,
          F8_E5M2FNUZ,
          I16,
          U16,
          I32,
          U32,
          C64,
          I64,
          U64 ->
          Optional.empty();
    };
  }

  /** Contiguous memory whose content is not set. */
  public static Tensor allocate(TorchDevice device, ComputeType type, long... shape) {
    return Operations.uninitialised(device, type.scalarType(), shape);
  }

  /**
   * Fills a contiguous tensor of as many elements as the stored one.
   *
   * @throws IllegalArgumentException when the element counts differ
   */
  public static void read(
      TensorSource source, TensorInfo info, Tensor target, Cancellation cancellation) {
    if (target.numel() != info.shape().elements()) {
      throw new IllegalArgumentException(
          "target must have %d elements, found %d"
              .formatted(info.shape().elements(), target.numel()));
    }
    ScalarType stored = scalarType(info.dataType()).orElseThrow();
    long width = info.dataType().bytes();
    try (InferenceMode _ = TorchRuntime.inference();
        TensorScope _ = new TensorScope()) {
      Tensor flat = target.view(-1);
      boolean direct = stored == target.scalar_type() && !target.is_cuda();
      for (long start = 0; start < flat.numel(); start += CHUNK / width) {
        cancellation.throwIfCancelled();
        long count = Math.min(CHUNK / width, flat.numel() - start);
        try (TensorScope _ = new TensorScope()) {
          Tensor slice = flat.narrow(0, start, count);
          Tensor landing =
              direct ? slice : Operations.uninitialised(TorchDevice.CPU, stored, count);
          source.read(info, start * width, memory(landing, count * width));
          if (!direct) {
            slice.copy_(landing);
          }
        }
      }
    }
  }

  private static MemorySegment memory(Tensor tensor, long bytes) {
    return MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(bytes);
  }
}
