package dev.mergefarm.merge.cuda.check;

import dev.mergefarm.merge.cuda.Device;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares a device with the plain twin and prints how it went: every way through every method, and
 * then as many random merges as asked for.
 */
public final class CheckReport {

  /** Elements of a random merge, at most: three segments of a sum. */
  private static final int MOST_ELEMENTS = 3 << 16;

  private static final int SHOWN = 20;

  private final Device device;
  private final PrintStream out;

  public CheckReport(Device device, PrintStream out) {
    this.device = device;
    this.out = out;
  }

  /**
   * Compares and prints.
   *
   * @param seed of the random numbers, printed so that a difference can be found again
   * @param random merges of random kind beside the systematic ones, 0 or more
   * @return whether every merge gave the plain twin's bits
   */
  public boolean run(long seed, int random) {
    out.printf("correctness on %s, seed %d%n", device.name(), seed);
    List<MergeCase> cases = new ArrayList<>(MergeCases.all(seed));
    for (int i = 0; i < random; i++) {
      cases.add(MergeCases.any(seed + i, MOST_ELEMENTS));
    }
    return run(cases);
  }

  /** Compares some merges and prints how it went. */
  public boolean run(List<MergeCase> cases) {
    List<String> differences = new ArrayList<>();
    try (DeviceCheck check = new DeviceCheck(device)) {
      for (int i = 0; i < cases.size(); i++) {
        compare(check, cases.get(i), i % 5, 1 + i % 3, differences);
      }
    }
    out.printf("  %d merges compared, %d differ%n", cases.size(), differences.size());
    differences.stream().limit(SHOWN).forEach(difference -> out.println("  " + difference));
    return differences.isEmpty();
  }

  private static void compare(
      DeviceCheck check,
      MergeCase merge,
      int misalignment,
      long granules,
      List<String> differences) {
    Optional<String> refusal = check.refusal(merge).map(reason -> merge.name() + ": " + reason);
    refusal.or(() -> check.difference(merge, misalignment, granules)).ifPresent(differences::add);
  }
}
