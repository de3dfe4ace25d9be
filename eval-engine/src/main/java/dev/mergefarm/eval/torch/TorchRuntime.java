package dev.mergefarm.eval.torch;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.global.torch;

/**
 * Start-up of libtorch, once per process. Every operation runs on the thread that calls it and on
 * no other: parallelism is one Java thread per core over separate batches, because nested native
 * threads fight each other for the cores.
 */
public final class TorchRuntime {

  /** Threads that were told to compute alone. */
  private static final ThreadLocal<Boolean> ALONE =
      ThreadLocal.withInitial(
          () -> {
            torch.set_num_threads(1);
            return true;
          });

  private TorchRuntime() {}

  /** Loads libtorch if that has not happened yet; a second or two in a new process. */
  public static void start() {
    try {
      Started.once();
    } catch (LinkageError e) {
      throw new MergefarmException(
          ErrorCode.INTERNAL,
          "libtorch cannot be loaded on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ": "
              + rootMessage(e),
          e);
    }
  }

  /**
   * Switches gradient bookkeeping off for the calling thread until closed; needed around every
   * forward pass, since the mode is a thread's own.
   */
  public static InferenceMode inference() {
    start();
    // A new thread takes the default, a native thread for each core, whatever others were told.
    ALONE.get();
    return new InferenceMode(true);
  }

  private static String rootMessage(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage();
  }

  /** Holds the work of the first call: class initialisation is done once and by one thread. */
  private static final class Started {

    static {
      NativeLibraries.prepare();
      // JavaCPP would otherwise count the whole process against the Java heap's limit and collect
      // garbage in the hope of freeing weights.
      System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
      System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
      torch.set_num_threads(1);
      openblas_nolapack.blas_set_num_threads(1);
    }

    static void once() {
      // Calling it runs the initialiser above.
    }
  }
}
