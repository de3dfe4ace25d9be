package dev.mergefarm.merge.cuda.driver;

import dev.mergefarm.merge.cuda.DeviceEvent;
import dev.mergefarm.merge.cuda.DeviceStream;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** A stream of a GPU. */
record JCudaStream(JCudaDevice device, CUstream stream) implements DeviceStream {

  static CUstream handle(DeviceStream stream) {
    return ((JCudaStream) stream).stream;
  }

  @Override
  public void record(DeviceEvent event) {
    device.enter();
    DriverCalls.check(JCudaDriver.cuEventRecord(JCudaEvent.handle(event), stream), "cuEventRecord");
  }

  @Override
  public void await(DeviceEvent event) {
    device.enter();
    DriverCalls.check(
        JCudaDriver.cuStreamWaitEvent(stream, JCudaEvent.handle(event), 0), "cuStreamWaitEvent");
  }

  @Override
  public void synchronize() {
    device.enter();
    DriverCalls.check(JCudaDriver.cuStreamSynchronize(stream), "cuStreamSynchronize");
  }

  @Override
  public void close() {
    synchronize();
    DriverCalls.check(JCudaDriver.cuStreamDestroy(stream), "cuStreamDestroy");
  }
}
