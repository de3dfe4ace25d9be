package dev.mergefarm.merge.cuda.driver;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.cuda.Device;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The compiled kernels that come with the engine: code for every supported chip in one file. */
public final class KernelImage {

  private KernelImage() {}

  public static byte[] bytes() {
    try (InputStream image = Device.class.getResourceAsStream("kernels.fatbin")) {
      if (image == null) {
        throw new MergefarmException(
            ErrorCode.DEVICE_UNAVAILABLE, "This build comes without kernels for GPUs.");
      }
      return image.readAllBytes();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
