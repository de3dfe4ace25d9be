package dev.mergefarm.eval.model.run;

import dev.mergefarm.eval.model.graph.ForwardPass;
import dev.mergefarm.eval.model.graph.KeyValueMemory;
import dev.mergefarm.eval.torch.Operations;
import dev.mergefarm.eval.torch.TensorScope;
import dev.mergefarm.eval.torch.TorchRuntime;
import java.util.List;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The hidden states that enter each layer, one sequence at a time, on the calling thread. */
public record LayerInputs(DecoderRunner runner) {

  /** The states at the last token, [layers][hidden]. */
  public float[][] atLastToken(int[] tokens) {
    return reduced(tokens, stream -> stream.select(1, tokens.length - 1L));
  }

  /** The mean of the states at all tokens, [layers][hidden]. */
  public float[][] meanOverTokens(int[] tokens) {
    return reduced(
        tokens, stream -> Operations.meanOfLast(stream.to(ScalarType.Float).transpose(1, 2)));
  }

  /** From [1, tokens, hidden] to as many numbers as a hidden state has. */
  private interface Reduction {
    Tensor apply(Tensor stream);
  }

  private float[][] reduced(int[] tokens, Reduction reduction) {
    float[][] states = new float[runner.decoder().layers().size()][];
    TokenTree tree = new TokenTree();
    tree.add(tokens, 0);
    TreeBatch batch = new TreeBatch(List.of(tree), 0);
    try (InferenceMode _ = TorchRuntime.inference();
        TensorScope _ = new TensorScope()) {
      ForwardPass.Input input =
          new ForwardPass.Input(
              Operations.integers(runner.context().device(), batch.tokens(), 1, tokens.length),
              Operations.integers(runner.context().device(), batch.positions(), 1, tokens.length),
              runner.decoder().regime(tokens.length),
              batch,
              KeyValueMemory.NONE);
      runner
          .decoder()
          .hidden(
              new ForwardPass(runner.context(), input),
              (layer, stream) -> {
                try (TensorScope _ = new TensorScope()) {
                  states[layer] =
                      Operations.toFloats(reduction.apply(stream).to(ScalarType.Float).flatten());
                }
              });
    }
    return states;
  }
}
