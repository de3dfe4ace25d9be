package dev.mergefarm.merge.mixture;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.input.FloatCodec;
import dev.mergefarm.merge.kernel.CounterRandom;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Makes gates from prompts or from random numbers. A gate made from prompts is the mean or sum over
 * the positive ones minus that over the negative ones, brought to length one.
 */
public final class GateComputation {

  /** Lengths below this count as this, so that nothing is divided by zero. */
  private static final double SHORTEST = 1e-8;

  private final GateRequest request;
  private final PromptReader reader;
  private final Cancellation cancellation;

  public GateComputation(GateRequest request, PromptReader reader, Cancellation cancellation) {
    this.request = request;
    this.reader = reader;
    this.cancellation = cancellation;
  }

  /**
   * The gates.
   *
   * @param base opens the base model; not called for random gates
   * @throws MergefarmException what the reader fails with, or {@code SHAPE_MISMATCH} when its
   *     answers do not fit the model
   */
  public GateVectors compute(Supplier<Model> base) {
    List<GateRequest.Prompts> experts = new ArrayList<>(request.routed());
    experts.addAll(request.shared());
    if (!request.mode().usesPrompts()) {
      return new GateVectors(drawn(experts.size()), request.routed().size());
    }
    List<float[][]> vectors = new ArrayList<>();
    try (Model model = base.get()) {
      for (GateRequest.Prompts prompts : experts) {
        float[][] gate = signed(model, prompts.positive());
        if (!prompts.negative().isEmpty()) {
          subtract(gate, signed(model, prompts.negative()));
        }
        for (float[] row : gate) {
          normalise(row);
        }
        vectors.add(gate);
      }
    }
    return new GateVectors(vectors, request.routed().size());
  }

  private float[][] signed(Model model, List<String> prompts) {
    return switch (request.mode()) {
      case HIDDEN -> hidden(model, prompts, PromptReader.Pooling.LAST);
      case HIDDEN_AVERAGE -> hidden(model, prompts, PromptReader.Pooling.MEAN);
      case CHEAP_EMBEDDING -> embedded(model, prompts);
      case RANDOM, UNIFORM_RANDOM ->
          throw new IllegalStateException(request.mode() + " reads no prompts");
    };
  }

  private float[][] hidden(Model model, List<String> prompts, PromptReader.Pooling pooling) {
    double[][] sums = new double[request.layers()][request.hidden()];
    for (float[][] states : reader.layerInputs(model, prompts, pooling, cancellation)) {
      if (states.length != request.layers() || states[0].length != request.hidden()) {
        throw new MergefarmException(
            ErrorCode.SHAPE_MISMATCH,
            "The base model gave %d hidden states of length %d where %d of length %d are needed."
                .formatted(states.length, states[0].length, request.layers(), request.hidden()));
      }
      for (int layer = 0; layer < states.length; layer++) {
        add(sums[layer], states[layer]);
      }
    }
    float[][] means = new float[request.layers()][];
    for (int layer = 0; layer < means.length; layer++) {
      means[layer] = floats(sums[layer], 1.0 / prompts.size());
    }
    return means;
  }

  /** The sum of all tokens' embeddings, brought to length one, for every layer. */
  private float[][] embedded(Model model, List<String> prompts) {
    TensorInfo info =
        model
            .tensors()
            .find(request.embedding())
            .orElseThrow(
                () ->
                    new MergefarmException(
                        ErrorCode.TENSOR_MISSING,
                        "The base model has no " + request.embedding() + "."));
    TensorBlocks matrix = TensorBlocks.stored(model.tensors(), info);
    double[] sum = new double[request.hidden()];
    for (int[] tokens : reader.tokens(model, prompts, cancellation)) {
      for (int token : tokens) {
        if (token < 0 || token >= info.shape().dimension(0)) {
          throw new MergefarmException(
              ErrorCode.SHAPE_MISMATCH,
              "A prompt has the token %d, and there are %d embeddings."
                  .formatted(token, info.shape().dimension(0)));
        }
        long first = (long) token * request.hidden();
        add(sum, FloatCodec.read(matrix, first, request.hidden()));
      }
    }
    float[] row = floats(sum, 1);
    normalise(row);
    float[][] layers = new float[request.layers()][];
    Arrays.setAll(layers, _ -> row.clone());
    return layers;
  }

  private List<float[][]> drawn(int experts) {
    List<float[][]> vectors = new ArrayList<>();
    for (int expert = 0; expert < experts; expert++) {
      float[][] gate = new float[request.layers()][];
      for (int layer = 0; layer < gate.length; layer++) {
        CounterRandom random =
            CounterRandom.of(request.seed(), "gate of layer " + layer, "expert " + expert);
        gate[layer] = drawn(random);
      }
      vectors.add(gate);
    }
    return vectors;
  }

  private float[] drawn(CounterRandom random) {
    float[] row = new float[request.hidden()];
    switch (request.mode()) {
      case RANDOM -> random.normals(0, row);
      case UNIFORM_RANDOM -> {
        float limit = (float) (1 / Math.sqrt(request.hidden()));
        for (int i = 0; i < row.length; i++) {
          row[i] = (2 * random.uniform(i) - 1) * limit;
        }
      }
      case HIDDEN, HIDDEN_AVERAGE, CHEAP_EMBEDDING ->
          throw new IllegalStateException(request.mode() + " draws nothing");
    }
    return row;
  }

  private static void add(double[] sum, float[] row) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += row[i];
    }
  }

  private static void subtract(float[][] gate, float[][] other) {
    for (int layer = 0; layer < gate.length; layer++) {
      for (int i = 0; i < gate[layer].length; i++) {
        gate[layer][i] -= other[layer][i];
      }
    }
  }

  private static float[] floats(double[] values, double factor) {
    float[] row = new float[values.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) (values[i] * factor);
    }
    return row;
  }

  private static void normalise(float[] row) {
    double squares = 0;
    for (float value : row) {
      squares += (double) value * value;
    }
    double length = Math.max(SHORTEST, Math.sqrt(squares));
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) (row[i] / length);
    }
  }
}
