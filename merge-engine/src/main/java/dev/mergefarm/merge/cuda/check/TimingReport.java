package dev.mergefarm.merge.cuda.check;

import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.storage.tensor.DataType;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * Measures kernels over tensors that lie in the device's memory, by the device's own events, and
 * prints them beside what the memory allows.
 */
public final class TimingReport {

  /** Most elements of a tensor: 512 MiB of bfloat16. */
  public static final long MOST_ELEMENTS = 1L << 28;

  private static final double GIGA = 1e9;

  private final Device device;
  private final PrintStream out;

  public TimingReport(Device device, PrintStream out) {
    this.device = device;
    this.out = out;
  }

  private static final List<Map<String, Object>> WEIGHTS =
      List.of(Map.of("weight", 0.6), Map.of("weight", 0.3), Map.of("weight", 0.4));
  private static final List<Map<String, Object>> HALVES =
      List.of(
          Map.of("weight", 0.6, "density", 0.5),
          Map.of("weight", 0.3, "density", 0.5),
          Map.of("weight", 0.4, "density", 0.5));

  private static Variant variant(
      String method, int models, boolean base, List<Map<String, Object>> perModel) {
    return new Variant(method, models, base, Map.of("t", 0.3), perModel, false);
  }

  private static final List<Variant> MEASURED =
      List.of(
          variant("linear", 2, false, WEIGHTS),
          variant("linear", 3, false, WEIGHTS),
          variant("task_arithmetic", 3, true, WEIGHTS),
          variant("ties", 3, true, HALVES),
          variant("dare_linear", 3, true, HALVES),
          variant("dare_ties", 3, true, HALVES),
          variant("breadcrumbs", 3, true, HALVES),
          variant("della", 3, true, HALVES),
          variant("slerp", 1, true, WEIGHTS),
          variant("nuslerp", 2, true, WEIGHTS),
          variant("karcher", 3, false, WEIGHTS),
          variant("model_stock", 3, true, WEIGHTS),
          variant("sce", 3, true, WEIGHTS),
          variant("ramplus_tl", 3, true, WEIGHTS),
          variant("nearswap", 1, true, WEIGHTS),
          variant("arcee_fusion", 1, true, WEIGHTS));

  /**
   * Measures and prints.
   *
   * @param elements of each tensor; fewer where the device's budget holds fewer
   */
  public void run(long elements) {
    long most = Math.min(elements, device.memoryBudget() / 32) / 4096 * 4096;
    long count = Math.max(4096, most);
    Ceilings ceilings = Ceilings.measure(device, 2 * count);
    out.printf("rates on %s, tensors of %d elements%n", device.name(), count);
    out.printf("  copy within the device %8.1f GB/s, read and written%n", ceilings.copy() / GIGA);
    out.printf("  copy to the device     %8.1f GB/s%n", ceilings.in() / GIGA);
    out.printf("  copy from the device   %8.1f GB/s%n", ceilings.out() / GIGA);
    out.printf(
        "  %-28s %6s | %9s %9s %6s | %9s %9s %6s%n",
        "method", "type", "map ms", "GB/s", "copy", "all ms", "GB/s", "copy");
    for (Variant variant : MEASURED) {
      for (DataType type : List.of(DataType.BF16, DataType.F32)) {
        print(variant, type, TimedMerge.measure(device, variant, type, count), ceilings);
      }
    }
  }

  private void print(Variant variant, DataType type, TimedMerge.Times times, Ceilings ceilings) {
    double map = times.mapBytes() / times.mapSeconds();
    double all = times.allBytes() / times.allSeconds();
    out.printf(
        "  %-28s %6s | %9.3f %9.1f %5.0f%% | %9.3f %9.1f %5.0f%%%n",
        variant.method() + " of " + variant.models(),
        type,
        times.mapSeconds() * 1e3,
        map / GIGA,
        100 * map / ceilings.copy(),
        times.allSeconds() * 1e3,
        all / GIGA,
        100 * all / ceilings.copy());
  }
}
