package dev.mergefarm.merge.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What there is of devices in this process. Asked once: a driver that was not there at first stays
 * unnoticed, which spares every later merge the search.
 */
public sealed interface DriverProbe {

  /** One or more devices that kernels run on, by ordinal. */
  record Found(List<GraphicsProcessor> devices) implements DriverProbe {
    public Found {
      devices = List.copyOf(devices);
    }
  }

  /**
   * No device.
   *
   * @param reason why, as the end of a sentence
   */
  record Absent(String reason) implements DriverProbe {}

  /** Oldest chip that the kernels are built for: 8.0. */
  int OLDEST_MAJOR = 8;

  /** The answer for this process. */
  static DriverProbe ofThisMachine() {
    return Once.ANSWER;
  }

  /** Holds the answer; initialised by the first question. */
  final class Once {

    private static final Logger LOG = LoggerFactory.getLogger(DriverProbe.class);
    private static final DriverProbe ANSWER = ask();

    private Once() {}

    private static DriverProbe ask() {
      DriverProbe answer = probe();
      switch (answer) {
        case Found found -> LOG.info("Found {}", names(found.devices()));
        case Absent absent -> LOG.info("Merging on the processor: {}", absent.reason());
      }
      return answer;
    }

    private static List<String> names(List<GraphicsProcessor> devices) {
      return devices.stream().map(GraphicsProcessor::name).toList();
    }

    /** Nothing of JCuda is touched before the driver's library has been found. */
    private static DriverProbe probe() {
      String library = library();
      try (Arena arena = Arena.ofConfined()) {
        SymbolLookup.libraryLookup(library, arena);
      } catch (IllegalArgumentException missing) {
        return new Absent("no NVIDIA driver is installed (" + library + " was not found)");
      }
      try {
        return initialise();
      } catch (LinkageError unusable) {
        return new Absent("JCuda could not be loaded: " + firstLine(unusable));
      }
    }

    private static String library() {
      boolean windows =
          System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
      return windows ? "nvcuda.dll" : "libcuda.so.1";
    }

    private static String firstLine(Throwable failure) {
      String message = String.valueOf(failure.getMessage());
      return message.lines().findFirst().orElse(message).strip();
    }

    private static DriverProbe initialise() {
      int code = JCudaDriver.cuInit(0);
      if (code != CUresult.CUDA_SUCCESS) {
        return new Absent("the NVIDIA driver says " + DriverCalls.name(code));
      }
      int[] count = {0};
      DriverCalls.check(JCudaDriver.cuDeviceGetCount(count), "cuDeviceGetCount");
      List<GraphicsProcessor> usable = new ArrayList<>();
      List<String> tooOld = new ArrayList<>();
      for (int ordinal = 0; ordinal < count[0]; ordinal++) {
        GraphicsProcessor device = describe(ordinal);
        if (device.major() >= OLDEST_MAJOR) {
          usable.add(device);
        } else {
          tooOld.add(device.name());
        }
      }
      if (!usable.isEmpty()) {
        return new Found(usable);
      }
      return new Absent(
          tooOld.isEmpty()
              ? "the NVIDIA driver finds no device"
              : "the kernels need compute capability 8.0, and these have less: " + tooOld);
    }

    private static GraphicsProcessor describe(int ordinal) {
      CUdevice device = new CUdevice();
      DriverCalls.check(JCudaDriver.cuDeviceGet(device, ordinal), "cuDeviceGet");
      byte[] name = new byte[256];
      DriverCalls.check(JCudaDriver.cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
      long[] bytes = {0};
      DriverCalls.check(JCudaDriver.cuDeviceTotalMem(bytes, device), "cuDeviceTotalMem");
      return new GraphicsProcessor(
          ordinal,
          new String(name, StandardCharsets.UTF_8).replace("\0", "").strip(),
          attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
          attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
          bytes[0]);
    }
  }

  /** A number that the driver states of a device. */
  static int attribute(CUdevice device, int which) {
    int[] value = {0};
    DriverCalls.check(
        JCudaDriver.cuDeviceGetAttribute(value, which, device), "cuDeviceGetAttribute");
    return value[0];
  }
}
