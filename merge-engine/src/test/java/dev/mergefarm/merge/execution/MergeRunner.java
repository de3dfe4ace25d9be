package dev.mergefarm.merge.execution;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.kernel.Kernels;
import dev.mergefarm.merge.method.MergeInput;
import dev.mergefarm.merge.method.MethodRegistry;
import dev.mergefarm.merge.method.ParameterValues;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.method.TensorSink;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Builds the merge of one tensor and runs it, for tests. */
public final class MergeRunner {

  private final String method;
  private final List<MergeInput> inputs = new ArrayList<>();
  private Map<String, Object> parameters = Map.of();
  private OptionalInt base = OptionalInt.empty();
  private Optional<DataType> outputType = Optional.empty();
  private boolean embedding;
  private long seed = 1;
  private String name = "model.layers.0.mlp.up_proj.weight";
  private ExecutionSettings settings = new ExecutionSettings(3, 1 << 16, 1 << 20);
  private Kernels kernels = Kernels.best();
  private final Problems problems = new Problems();

  private MergeRunner(String method) {
    this.method = method;
  }

  public static MergeRunner of(String method) {
    return new MergeRunner(method);
  }

  public MergeRunner base(TensorBlocks blocks) {
    base = OptionalInt.of(inputs.size());
    return model(blocks, Map.of());
  }

  public MergeRunner model(TensorBlocks blocks, Map<String, Object> values) {
    inputs.add(new MergeInput("model-" + inputs.size(), blocks, new ParameterValues(values)));
    return this;
  }

  public MergeRunner model(
      TensorBlocks blocks, Map<String, Object> values, TensorBlocks companion) {
    inputs.add(
        new MergeInput(
            "model-" + inputs.size(), blocks, new ParameterValues(values), Optional.of(companion)));
    return this;
  }

  public MergeRunner parameters(Map<String, Object> values) {
    parameters = values;
    return this;
  }

  public MergeRunner outputType(DataType type) {
    outputType = Optional.of(type);
    return this;
  }

  public MergeRunner embedding() {
    embedding = true;
    return this;
  }

  public MergeRunner seed(long value) {
    seed = value;
    return this;
  }

  public MergeRunner name(String value) {
    name = value;
    return this;
  }

  public MergeRunner settings(ExecutionSettings value) {
    settings = value;
    return this;
  }

  public MergeRunner plainKernels() {
    kernels = Kernels.plain("the test asks for them");
    return this;
  }

  public Problems problems() {
    return problems;
  }

  /** The checked merge; throws what is wrong with it. */
  public TensorMerge plan() {
    Optional<TensorMerge> merge =
        TensorMerge.plan(
            new TensorMerge.Request(
                MethodRegistry.standard().find(method).orElseThrow(),
                name,
                embedding,
                inputs,
                base,
                new ParameterValues(parameters),
                outputType,
                seed),
            problems);
    problems.throwIfErrors();
    return merge.orElseThrow();
  }

  /** The output. */
  public ArrayBlocks run() {
    TensorMerge merge = plan();
    try (TensorMerger merger = new CpuTensorMerger(kernels, settings)) {
      return run(merger, merge);
    }
  }

  /** The output's values in float32. */
  public float[] values() {
    return run().values();
  }

  /** One tensor's output on a given engine. */
  public static ArrayBlocks run(TensorMerger merger, TensorMerge merge) {
    return run(merger, List.of(merge)).getFirst();
  }

  /** The outputs of several tensors on a given engine. */
  public static List<ArrayBlocks> run(TensorMerger merger, List<TensorMerge> merges) {
    List<ArrayBlocks> outputs = new ArrayList<>();
    merger.merge(merges.iterator(), new Collector(outputs), Cancellation.NEVER);
    return outputs;
  }

  /** Keeps outputs in memory. */
  private static final class Collector implements TensorSink {

    private final List<ArrayBlocks> outputs;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Collector(List<ArrayBlocks> outputs) {
      this.outputs = outputs;
    }

    @Override
    public void write(TensorMerge tensor, MemorySegment block) {
      bytes.writeBytes(block.toArray(ValueLayout.JAVA_BYTE));
    }

    @Override
    public void finished(TensorMerge tensor) {
      Shape shape = tensor.shape();
      outputs.add(ArrayBlocks.ofBytes(tensor.outputType(), shape, bytes.toByteArray()));
      bytes.reset();
    }
  }
}
