package dev.mergefarm.merge.kernel;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which block arithmetic runs here, and why.
 *
 * @param math the implementation
 * @param reason one sentence, for logs and job reports
 */
public record Kernels(BlockMath math, String reason) {

  private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);

  /** The plain loops. */
  public static Kernels plain(String reason) {
    return new Kernels(new PlainBlockMath(), reason);
  }

  /**
   * The fastest arithmetic of this machine and Java runtime: vectors where the runtime has the
   * Vector API and the processor's vectors hold four float32 or more. The choice is logged.
   */
  public static Kernels best() {
    Kernels chosen = choose();
    LOG.info("Merge arithmetic: {} ({}).", chosen.math().name(), chosen.reason());
    return chosen;
  }

  private static Kernels choose() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return plain("Java was started without --add-modules=jdk.incubator.vector");
    }
    int bits = VectorBlockMath.vectorBits();
    if (bits < 128) {
      return plain("this processor's vectors have only " + bits + " bits");
    }
    return new Kernels(new VectorBlockMath(), "vectors of " + bits + " bits");
  }
}
