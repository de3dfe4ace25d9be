package dev.mergefarm.merge.cuda.driver;

import dev.mergefarm.merge.cuda.DeviceEvent;
import jcuda.driver.CUevent;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** An event of a GPU, with time stamps. */
record JCudaEvent(JCudaDevice device, CUevent event) implements DeviceEvent {

  static CUevent handle(DeviceEvent event) {
    return ((JCudaEvent) event).event;
  }

  @Override
  public boolean reached() {
    device.enter();
    int code = JCudaDriver.cuEventQuery(event);
    if (code == CUresult.CUDA_ERROR_NOT_READY) {
      return false;
    }
    DriverCalls.check(code, "cuEventQuery");
    return true;
  }

  @Override
  public void synchronize() {
    device.enter();
    DriverCalls.check(JCudaDriver.cuEventSynchronize(event), "cuEventSynchronize");
  }

  @Override
  public float millisecondsSince(DeviceEvent earlier) {
    device.enter();
    float[] milliseconds = {0};
    DriverCalls.check(
        JCudaDriver.cuEventElapsedTime(milliseconds, handle(earlier), event), "cuEventElapsedTime");
    return milliseconds[0];
  }

  @Override
  public void close() {
    device.enter();
    DriverCalls.check(JCudaDriver.cuEventDestroy(event), "cuEventDestroy");
  }
}
