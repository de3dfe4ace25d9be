package dev.mergefarm.eval.model;

import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.eval.torch.TorchDevice;
import java.util.Objects;
import java.util.Optional;

/**
 * How a model is run.
 *
 * @param type weights are held and computed in this type, whatever the checkpoint stores
 * @param device where
 * @param threads batches computed at a time, each on a thread of its own; 1 on a CUDA device
 * @param activationBytes bound on the memory of all forward passes in flight: hidden states, scores
 *     of attention, keys and values, logits; at least 16 MiB. The weights come on top, once.
 * @param addBeginToken whether contexts get the beginning-of-sequence token; empty for what the
 *     tokenizer does by itself
 * @param maximumLength longest input in tokens; empty for what the configuration says
 * @param batchSize requests computed together at the most, 1 or more; empty for as many as the
 *     activation budget allows, which bounds them in any case
 */
public record ModelOptions(
    ComputeType type,
    TorchDevice device,
    int threads,
    long activationBytes,
    Optional<Boolean> addBeginToken,
    Optional<Integer> maximumLength,
    Optional<Integer> batchSize) {

  /** The default of {@link #activationBytes}: 1 GiB. */
  public static final long DEFAULT_ACTIVATION_BYTES = 1L << 30;

  private static final long LEAST_ACTIVATION_BYTES = 16L << 20;

  public ModelOptions {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(device, "device");
    Objects.requireNonNull(addBeginToken, "addBeginToken");
    Objects.requireNonNull(maximumLength, "maximumLength");
    Objects.requireNonNull(batchSize, "batchSize");
    if (batchSize.isPresent() && batchSize.get() < 1) {
      throw new IllegalArgumentException("batchSize must be at least 1, found " + batchSize.get());
    }
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException("threads must be from 1 to 1024, found " + threads);
    }
    if (activationBytes < LEAST_ACTIVATION_BYTES) {
      throw new IllegalArgumentException(
          "activationBytes must be at least 16 MiB, found " + activationBytes);
    }
    if (type == ComputeType.FLOAT16 && device.isCpu()) {
      throw new IllegalArgumentException("type FLOAT16 needs a CUDA device");
    }
    if (maximumLength.isPresent() && maximumLength.get() < 1) {
      throw new IllegalArgumentException(
          "maximumLength must be at least 1, found " + maximumLength.get());
    }
  }

  /** On the CPU with a thread for each core. */
  public static ModelOptions onCpu(ComputeType type) {
    return new ModelOptions(
        type,
        TorchDevice.CPU,
        Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 1024),
        DEFAULT_ACTIVATION_BYTES,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** On the first CUDA device where there is one, else on the CPU. */
  public static ModelOptions onBestDevice(ComputeType type) {
    TorchDevice device = TorchDevice.best();
    return device.isCpu()
        ? onCpu(type)
        : new ModelOptions(
            type,
            device,
            1,
            4 * DEFAULT_ACTIVATION_BYTES,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  /** The same with another number of threads. */
  public ModelOptions withThreads(int newThreads) {
    return new ModelOptions(
        type, device, newThreads, activationBytes, addBeginToken, maximumLength, batchSize);
  }

  /** The same with another activation budget. */
  public ModelOptions withActivationBytes(long newActivationBytes) {
    return new ModelOptions(
        type, device, threads, newActivationBytes, addBeginToken, maximumLength, batchSize);
  }

  /** The same with another rule for the beginning-of-sequence token. */
  public ModelOptions withAddBeginToken(Optional<Boolean> newAddBeginToken) {
    return new ModelOptions(
        type, device, threads, activationBytes, newAddBeginToken, maximumLength, batchSize);
  }

  /** The same with another maximum length. */
  public ModelOptions withMaximumLength(Optional<Integer> newMaximumLength) {
    return new ModelOptions(
        type, device, threads, activationBytes, addBeginToken, newMaximumLength, batchSize);
  }

  /** The same with another batch size. */
  public ModelOptions withBatchSize(Optional<Integer> newBatchSize) {
    return new ModelOptions(
        type, device, threads, activationBytes, addBeginToken, maximumLength, newBatchSize);
  }

  /** The batch size as a number that is never too small. */
  int batchLimit() {
    return batchSize.orElse(Integer.MAX_VALUE);
  }
}
