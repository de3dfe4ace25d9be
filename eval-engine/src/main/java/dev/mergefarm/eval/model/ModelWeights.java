package dev.mergefarm.eval.model;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Parameter;
import dev.mergefarm.eval.model.graph.Weights;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.eval.torch.TensorReader;
import dev.mergefarm.eval.torch.TensorScope;
import dev.mergefarm.eval.torch.TorchDevice;
import dev.mergefarm.eval.torch.TorchRuntime;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;

/**
 * A checkpoint's weights in the memory that inference reads. Another checkpoint of the same names
 * and shapes can be read into the same memory. Owns that memory until closed. Reading the weights
 * is safe for many threads; filling them is for one, while nobody reads.
 */
final class ModelWeights implements Weights, AutoCloseable {

  /** Tensors read at a time: enough to keep a remote store busy. */
  private static final int READERS = 4;

  private final Decoder decoder;
  private final TorchDevice device;
  private final ComputeType type;
  private final Map<String, Tensor> tensors = new HashMap<>();
  private boolean closed;

  ModelWeights(Decoder decoder, TorchDevice device, ComputeType type) {
    this.decoder = decoder;
    this.device = device;
    this.type = type;
  }

  @Override
  public Tensor get(Parameter parameter) {
    Tensor tensor = tensors.get(parameter.name());
    if (tensor == null) {
      throw new IllegalArgumentException("no weight is loaded for " + parameter.name());
    }
    return tensor;
  }

  /**
   * Reads every weight of the graph. After an exception the weights must be filled again before
   * they are used, except when the source was refused before reading.
   *
   * @return warnings, such as tensors of the checkpoint that nothing reads
   * @throws MergefarmException with all missing tensors ({@code TENSOR_MISSING}), wrong shapes
   *     ({@code SHAPE_MISMATCH}) and types ({@code UNSUPPORTED_DTYPE})
   */
  List<dev.mergefarm.common.Problem> fill(
      TensorSource checkpoint, Progress.Listener progress, Cancellation cancellation) {
    if (closed) {
      throw new IllegalStateException("the weights are closed");
    }
    Problems problems = new Problems();
    TensorSource source = SeparateExperts.of(checkpoint);
    Map<Parameter, TensorInfo> plan = new CheckpointMatch(decoder, source, problems).match();
    problems.throwIfErrors();
    try (InferenceMode _ = TorchRuntime.inference()) {
      read(source, plan, progress, cancellation);
      tie(plan, problems);
    }
    return problems.warnings();
  }

  private void read(
      TensorSource source,
      Map<Parameter, TensorInfo> plan,
      Progress.Listener progress,
      Cancellation cancellation) {
    LoadProgress done = new LoadProgress(plan.values(), progress);
    plan.keySet().forEach(this::allocate);
    try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
      List<Future<?>> reads = new ArrayList<>();
      plan.forEach(
          (parameter, info) ->
              reads.add(
                  readers.submit(
                      () -> {
                        TensorReader.read(
                            source, info, tensors.get(parameter.name()), cancellation);
                        done.finished(info);
                      })));
      await(reads, readers);
    }
  }

  private static void await(List<Future<?>> reads, ExecutorService readers) {
    try {
      for (Future<?> read : reads) {
        read.get();
      }
    } catch (ExecutionException e) {
      readers.shutdownNow();
      if (e.getCause() instanceof MergefarmException known) {
        throw known;
      }
      throw new MergefarmException(
          ErrorCode.INTERNAL, "A weight could not be read: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      readers.shutdownNow();
      Thread.currentThread().interrupt();
      throw new MergefarmException(ErrorCode.CANCELLED, "Loading was interrupted.", e);
    }
  }

  private void allocate(Parameter parameter) {
    Tensor present = tensors.get(parameter.name());
    if (present != null && !isAlias(parameter)) {
      return;
    }
    try (TensorScope _ = new TensorScope()) {
      long[] shape = parameter.shape().dimensions().stream().mapToLong(Long::longValue).toArray();
      tensors.put(parameter.name(), TensorScope.own(TensorReader.allocate(device, type, shape)));
    }
  }

  private boolean isAlias(Parameter parameter) {
    Parameter embedding = decoder.embedding();
    Parameter head = decoder.head().weight();
    Parameter other = parameter.equals(head) ? embedding : head;
    return (parameter.equals(head) || parameter.equals(embedding))
        && tensors.get(parameter.name()) == tensors.get(other.name());
  }

  /** Where embedding and head are tied, both names stand for one tensor, unless they differ. */
  private void tie(Map<Parameter, TensorInfo> plan, Problems problems) {
    Parameter embedding = decoder.embedding();
    Parameter head = decoder.head().weight();
    if (!decoder.head().tied()) {
      return;
    }
    if (!plan.containsKey(head)) {
      alias(head, embedding);
    } else if (!plan.containsKey(embedding)) {
      alias(embedding, head);
    } else if (get(head).equal(get(embedding))) {
      alias(head, embedding);
    } else {
      problems.warning(
          ErrorCode.INVALID_VALUE,
          "config.json: tie_word_embeddings",
          "Embeddings are said to be tied, but the checkpoint holds a different "
              + head.name()
              + "; both are used as stored.");
    }
  }

  private void alias(Parameter name, Parameter target) {
    Tensor before = tensors.put(name.name(), get(target));
    if (before != null && before != get(target)) {
      before.close();
    }
  }

  /** Bytes of native memory held. */
  long bytes() {
    return tensors.values().stream().distinct().mapToLong(Tensor::nbytes).sum();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      List<Tensor> all = List.copyOf(new java.util.HashSet<>(tensors.values()));
      tensors.clear();
      all.forEach(Tensor::close);
    }
  }

  /** The name under which a source holds a parameter, where it does. */
  static Optional<TensorInfo> find(Decoder decoder, TensorSource source, Parameter parameter) {
    Optional<TensorInfo> exact = source.find(parameter.name());
    if (exact.isPresent() || !parameter.name().startsWith(decoder.prefix())) {
      return exact;
    }
    return source.find(parameter.name().substring(decoder.prefix().length()));
  }
}
