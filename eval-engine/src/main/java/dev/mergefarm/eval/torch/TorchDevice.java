package dev.mergefarm.eval.torch;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where tensors live and are computed on.
 *
 * @param kind the sort of processor
 * @param index which of several; 0 for the CPU
 */
public record TorchDevice(Kind kind, int index) {

  /** The sorts of processor that libtorch is used on. */
  public enum Kind {
    CPU,
    CUDA
  }

  /** The main processor. */
  public static final TorchDevice CPU = new TorchDevice(Kind.CPU, 0);

  public TorchDevice {
    if (index < 0 || index > Byte.MAX_VALUE || (kind == Kind.CPU && index != 0)) {
      throw new IllegalArgumentException(
          "index must be 0 for the CPU and from 0 to 127 for CUDA, found " + index);
    }
  }

  /** The first CUDA device where libtorch was built for CUDA and finds one, else the CPU. */
  public static TorchDevice best() {
    TorchRuntime.start();
    return torch.cuda_is_available() ? new TorchDevice(Kind.CUDA, 0) : CPU;
  }

  /** Where a tensor is. */
  public static TorchDevice of(Tensor tensor) {
    return tensor.is_cuda()
        ? new TorchDevice(Kind.CUDA, Math.max(0, tensor.device().index()))
        : CPU;
  }

  public boolean isCpu() {
    return kind == Kind.CPU;
  }

  /** Options that place a new tensor here. */
  TensorOptions options(ScalarType type) {
    TensorOptions options = new TensorOptions(type);
    return isCpu() ? options : options.device(new DeviceOptional(nativeDevice()));
  }

  /** The tensor itself if it is here already, else a copy that is. */
  public Tensor place(Tensor tensor) {
    return isCpu() ? tensor : tensor.to(nativeDevice(), tensor.scalar_type());
  }

  private Device nativeDevice() {
    return new Device(isCpu() ? DeviceType.CPU : DeviceType.CUDA, (byte) index);
  }
}
