package dev.mergefarm.merge.golden;

import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.merge.cuda.driver.DriverProbe;
import dev.mergefarm.merge.cuda.driver.KernelImage;
import dev.mergefarm.merge.cuda.pipeline.PipelineSettings;
import dev.mergefarm.merge.device.DeviceChoice;
import dev.mergefarm.merge.device.DeviceSettings;
import dev.mergefarm.merge.device.MachineDevices;
import dev.mergefarm.merge.device.MergeDevices;
import dev.mergefarm.merge.execution.CpuTensorMerger;
import dev.mergefarm.merge.execution.ExecutionSettings;
import dev.mergefarm.merge.kernel.Kernels;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.merge.timeline.Timeline;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.manifest.DigestCache;
import dev.mergefarm.storage.model.DefaultModelRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * For a JVM with the stand-in driver: merges every golden on the CPU and through JCuda, and holds
 * the one's files against the other's and against the reference.
 */
final class GoldensOnDriver {

  private GoldensOnDriver() {}

  /**
   * @param arguments the folder of goldens and a device
   */
  public static void main(String[] arguments) throws IOException {
    Path goldens = Path.of(arguments[0]);
    DefaultModelRepository repository =
        DefaultModelRepository.builder().localPaths(goldens).build();
    DeviceSettings settings =
        new DeviceSettings(
            DeviceChoice.parse(arguments[1]), OptionalLong.empty(), PipelineSettings.DEFAULTS);
    MachineDevices devices =
        new MachineDevices(
            processor(), settings, new Timeline(), DriverProbe::ofThisMachine, KernelImage::bytes);
    Path work = Files.createTempDirectory("goldens");
    try (LocalObjectStore digests = new LocalObjectStore(work);
        MergeEngine onDevice = new MergeEngine(repository, settings(digests), devices);
        MergeEngine onProcessor =
            new MergeEngine(repository, settings(digests), MergeDevices.always(processor()))) {
      for (String name : names(goldens)) {
        GoldenCase golden = GoldenCase.read(goldens, name);
        Path expected = work.resolve(name + "-processor");
        Path found = work.resolve(name + "-device");
        golden.merge(onProcessor, expected);
        MergePlan plan = golden.merge(onDevice, found);
        golden.check(repository, plan, found);
        compare(expected, found);
      }
    } finally {
      delete(work);
    }
  }

  private static MergeSettings settings(LocalObjectStore digests) {
    return new MergeSettings(1, MergeSettings.ENGINE, Optional.of(new DigestCache(digests)));
  }

  private static TensorMerger processor() {
    return new CpuTensorMerger(
        Kernels.plain("the JVM compiles little"), ExecutionSettings.forLocalFiles(1));
  }

  private static List<String> names(Path goldens) throws IOException {
    try (Stream<Path> folders = Files.list(goldens.resolve("cases"))) {
      return folders.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static void compare(Path expected, Path found) throws IOException {
    try (Stream<Path> files = Files.list(expected)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        long difference = Files.mismatch(file, found.resolve(file.getFileName()));
        if (difference >= 0) {
          throw new AssertionError(file + " differs from byte " + difference + " on");
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
