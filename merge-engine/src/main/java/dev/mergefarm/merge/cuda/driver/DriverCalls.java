package dev.mergefarm.merge.cuda.driver;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** Turns the codes that driver calls answer with into errors. */
final class DriverCalls {

  private DriverCalls() {}

  /**
   * @param code what the call answered
   * @param call its name, for the message
   */
  static void check(int code, String call) {
    if (code == CUresult.CUDA_SUCCESS) {
      return;
    }
    ErrorCode kind =
        code == CUresult.CUDA_ERROR_OUT_OF_MEMORY
            ? ErrorCode.DEVICE_MEMORY
            : ErrorCode.DEVICE_FAILED;
    throw new MergefarmException(kind, call + " failed: " + name(code) + ".");
  }

  /** The driver's name for a code, such as {@code CUDA_ERROR_OUT_OF_MEMORY}. */
  static String name(int code) {
    String[] name = {null};
    int answer = JCudaDriver.cuGetErrorName(code, name);
    return answer == CUresult.CUDA_SUCCESS && name[0] != null ? name[0] : "error " + code;
  }
}
