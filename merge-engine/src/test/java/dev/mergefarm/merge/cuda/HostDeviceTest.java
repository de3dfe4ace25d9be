package dev.mergefarm.merge.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Optional;

/** The kernels compiled for this machine. */
class HostDeviceTest extends DeviceContract {

  @Override
  Device open() {
    Optional<Path> kernels = HostLibrary.kernels();
    assumeTrue(kernels.isPresent(), "no C++ compiler (g++): the kernels are not tested here");
    return new HostDevice(kernels.orElseThrow());
  }
}
