package dev.mergefarm.merge.device;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.driver.DriverProbe;
import dev.mergefarm.merge.cuda.driver.GraphicsProcessor;
import dev.mergefarm.merge.cuda.driver.JCudaDevice;
import dev.mergefarm.merge.cuda.driver.KernelImage;
import dev.mergefarm.merge.cuda.pipeline.DevicePool;
import dev.mergefarm.merge.cuda.pipeline.DeviceSource;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.timeline.Timeline;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine's processor and GPUs. The driver is looked for when a merge first may use it, and a
 * GPU is opened when one first does.
 */
public final class MachineDevices implements MergeDevices {

  private static final Logger LOG = LoggerFactory.getLogger(MachineDevices.class);

  private final TensorMerger processor;
  private final DeviceSettings settings;
  private final Timeline timeline;
  private final Supplier<DriverProbe> probe;
  private final Supplier<byte[]> kernels;
  private Optional<DevicePool> pool = Optional.empty();

  /**
   * @param processor closed with this
   * @param timeline gets what is done on and for GPUs
   */
  public MachineDevices(TensorMerger processor, DeviceSettings settings, Timeline timeline) {
    this(processor, settings, timeline, DriverProbe::ofThisMachine, KernelImage::bytes);
  }

  /**
   * The same with a driver and kernels of the caller's.
   *
   * @param kernels a fatbin, asked for when a GPU is opened
   */
  public MachineDevices(
      TensorMerger processor,
      DeviceSettings settings,
      Timeline timeline,
      Supplier<DriverProbe> probe,
      Supplier<byte[]> kernels) {
    this.processor = processor;
    this.settings = settings;
    this.timeline = timeline;
    this.probe = probe;
    this.kernels = kernels;
  }

  @Override
  public Chosen choose(DeviceChoice choice) {
    return switch (effective(choice)) {
      case DeviceChoice.Processor here -> onProcessor("");
      case DeviceChoice.Cuda cuda -> {
        refusal(choice).ifPresent(MachineDevices::refuse);
        yield onDevices(cuda.ordinal());
      }
      case DeviceChoice.Auto open -> automatic();
    };
  }

  private DeviceChoice effective(DeviceChoice choice) {
    return choice instanceof DeviceChoice.Auto ? settings.usual() : choice;
  }

  private Chosen onProcessor(String reason) {
    return new Chosen(processor, processor.description() + reason);
  }

  private static void refuse(String reason) {
    throw new MergefarmException(ErrorCode.DEVICE_UNAVAILABLE, reason);
  }

  private Chosen automatic() {
    return switch (probe.get()) {
      case DriverProbe.Absent absent -> onProcessor("; no GPU: " + absent.reason());
      case DriverProbe.Found found -> {
        try {
          yield onDevices(Optional.empty());
        } catch (MergefarmException failure) {
          LOG.warn("Merging on the processor: {}", failure.getMessage());
          yield onProcessor("; a GPU could not be used: " + failure.getMessage());
        }
      }
    };
  }

  private Chosen onDevices(Optional<Integer> ordinal) {
    DriverProbe.Found found = (DriverProbe.Found) probe.get();
    List<Integer> wanted =
        IntStream.range(0, found.devices().size())
            .filter(
                index -> ordinal.isEmpty() || found.devices().get(index).ordinal() == ordinal.get())
            .boxed()
            .toList();
    TensorMerger merger = pool(found).merger(wanted);
    return new Chosen(merger, merger.description());
  }

  private synchronized DevicePool pool(DriverProbe.Found found) {
    if (pool.isEmpty()) {
      List<Source> sources = found.devices().stream().map(Source::new).toList();
      pool = Optional.of(new DevicePool(sources, processor, settings.pipeline(), timeline));
    }
    return pool.get();
  }

  @Override
  public Optional<String> refusal(DeviceChoice choice) {
    return switch (choice) {
      case DeviceChoice.Auto open -> ofUsual();
      case DeviceChoice.Processor here -> Optional.empty();
      case DeviceChoice.Cuda cuda ->
          settings.usual() instanceof DeviceChoice.Processor
              ? Optional.of("This process is set to merge on the processor.")
              : missing(cuda);
    };
  }

  private Optional<String> ofUsual() {
    return settings.usual() instanceof DeviceChoice.Cuda cuda ? missing(cuda) : Optional.empty();
  }

  private Optional<String> missing(DeviceChoice.Cuda cuda) {
    return switch (probe.get()) {
      case DriverProbe.Absent absent ->
          Optional.of("There is no GPU to merge on: " + absent.reason() + ".");
      case DriverProbe.Found found ->
          cuda.ordinal()
              .filter(wanted -> found.devices().stream().noneMatch(one -> one.ordinal() == wanted))
              .map(
                  wanted ->
                      "There is no cuda:"
                          + wanted
                          + " to merge on; there are "
                          + found.devices().stream().map(GraphicsProcessor::name).toList()
                          + ".");
    };
  }

  /** The processor's buffers, and the slots of every GPU that may be used. */
  @Override
  public long memoryBound() {
    boolean never = settings.usual() instanceof DeviceChoice.Processor;
    long devices =
        never || !(probe.get() instanceof DriverProbe.Found found) ? 0 : found.devices().size();
    long slots = 2L * settings.pipeline().slots() * settings.pipeline().slotBytes();
    return processor.memoryBound() + devices * slots;
  }

  @Override
  public synchronized void close() {
    pool.ifPresent(DevicePool::close);
    pool = Optional.empty();
    processor.close();
  }

  /** A GPU of this machine. */
  private final class Source implements DeviceSource {
    private final GraphicsProcessor device;

    Source(GraphicsProcessor device) {
      this.device = device;
    }

    @Override
    public String name() {
      return device.name();
    }

    @Override
    public Device open() {
      return JCudaDevice.open(device, kernels.get(), settings.memoryBytes());
    }
  }
}
