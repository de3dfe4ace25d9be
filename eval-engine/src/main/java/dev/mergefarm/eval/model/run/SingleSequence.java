package dev.mergefarm.eval.model.run;

import dev.mergefarm.eval.model.graph.Visibility;
import dev.mergefarm.eval.torch.Operations;
import dev.mergefarm.eval.torch.TensorScope;
import dev.mergefarm.eval.torch.TorchRuntime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;

/** One sequence at a time, on the calling thread. */
public record SingleSequence(DecoderRunner runner) {

  /** Positions whose logits are held at a time. */
  private static final int ROWS = 64;

  /** The logits after each position, [tokens][vocabulary]. */
  public float[][] logits(int[] tokens) {
    float[][] rows = new float[tokens.length][];
    try (InferenceMode _ = TorchRuntime.inference();
        TensorScope _ = new TensorScope()) {
      Tensor hidden = runner.trees(chain(tokens), Optional.empty(), regime(tokens.length));
      for (int start = 0; start < tokens.length; start += ROWS) {
        int end = Math.min(tokens.length, start + ROWS);
        copyRows(hidden, start, end, rows);
      }
    }
    return rows;
  }

  private void copyRows(Tensor hidden, int start, int end, float[][] rows) {
    try (TensorScope _ = new TensorScope()) {
      float[] flat =
          Operations.toFloats(runner.logits(hidden, LongStream.range(start, end).toArray()));
      int width = flat.length / (end - start);
      for (int row = start; row < end; row++) {
        int offset = (row - start) * width;
        rows[row] = Arrays.copyOfRange(flat, offset, offset + width);
      }
    }
  }

  /** The most probable next token, count times. */
  public int[] continueGreedily(int[] tokens, int count) {
    int[] sequence = Arrays.copyOf(tokens, tokens.length + count);
    try (InferenceMode _ = TorchRuntime.inference()) {
      GrowingCache cache = cache(sequence.length);
      try {
        int computed = 0;
        for (int length = tokens.length; length < sequence.length; length++) {
          if (computed > 0 && mustRecompute(length)) {
            cache.close();
            cache = cache(sequence.length);
            computed = 0;
          }
          sequence[length] = next(sequence, computed, length, cache);
          computed = length;
        }
      } finally {
        cache.close();
      }
    }
    return Arrays.copyOfRange(sequence, tokens.length, sequence.length);
  }

  private GrowingCache cache(int capacity) {
    return new GrowingCache(runner.decoder().layers().size(), capacity, Optional.empty());
  }

  private boolean mustRecompute(int length) {
    return runner.decoder().switchesAt(length);
  }

  private int next(int[] sequence, int computed, int length, GrowingCache cache) {
    try (TensorScope _ = new TensorScope()) {
      int queries = length - computed;
      long[] tokens = new long[queries];
      for (int i = 0; i < queries; i++) {
        tokens[i] = sequence[computed + i];
      }
      long[] positions = LongStream.range(computed, length).toArray();
      Visibility visibility =
          computed == 0
              ? chain(Arrays.copyOf(sequence, length))
              : new PaddedBatch(new int[] {length}, 0, length, queries);
      Tensor hidden = runner.pass(1, tokens, positions, visibility, cache, regime(length));
      cache.advance(queries);
      Tensor logits = runner.logits(hidden, new long[] {queries - 1});
      return (int) Operations.toLongs(Operations.argumentOfMaximum(logits))[0];
    }
  }

  private int regime(int length) {
    return runner.decoder().regime(length);
  }

  private static TreeBatch chain(int[] tokens) {
    TokenTree tree = new TokenTree();
    tree.add(tokens, 0);
    return new TreeBatch(List.of(tree), 0);
  }
}
