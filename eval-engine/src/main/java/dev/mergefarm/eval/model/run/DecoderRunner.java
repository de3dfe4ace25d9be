package dev.mergefarm.eval.model.run;

import dev.mergefarm.eval.model.graph.ComputeContext;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.ForwardPass;
import dev.mergefarm.eval.model.graph.KeyValueMemory;
import dev.mergefarm.eval.model.graph.Visibility;
import dev.mergefarm.eval.torch.Operations;
import dev.mergefarm.eval.torch.TensorScope;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Forward passes of one model. Safe for many threads, each in inference mode and with a scope open,
 * which frees the results.
 *
 * @param meter told of every pass
 */
public record DecoderRunner(Decoder decoder, ComputeContext context, ForwardMeter meter) {

  /** Hidden states of every node: [trees, queries, hidden]. */
  Tensor trees(TreeBatch batch, Optional<GrowingCache> prefix, int regime) {
    KeyValueMemory memory =
        prefix.<KeyValueMemory>map(SharedPrefix::new).orElse(KeyValueMemory.NONE);
    return pass(batch.trees().size(), batch.tokens(), batch.positions(), batch, memory, regime);
  }

  /** Computes a sequence's keys and values; the caller closes them. */
  GrowingCache prefix(int[] tokens, int regime) {
    TokenTree tree = new TokenTree();
    tree.add(tokens, 0);
    GrowingCache cache = new GrowingCache(decoder.layers().size(), tokens.length, Optional.empty());
    try (TensorScope _ = new TensorScope()) {
      TreeBatch batch = new TreeBatch(java.util.List.of(tree), 0);
      pass(1, batch.tokens(), batch.positions(), batch, cache, regime);
      cache.advance(tokens.length);
      return cache;
    } catch (RuntimeException e) {
      cache.close();
      throw e;
    }
  }

  /**
   * One pass.
   *
   * @param tokens [rows, queries]
   * @param positions [rows, queries]
   */
  Tensor pass(
      int rows,
      long[] tokens,
      long[] positions,
      Visibility visibility,
      KeyValueMemory memory,
      int regime) {
    meter.begin();
    try (TensorScope scope = new TensorScope()) {
      int queries = tokens.length / rows;
      ForwardPass.Input input =
          new ForwardPass.Input(
              Operations.integers(context.device(), tokens, rows, queries),
              Operations.integers(context.device(), positions, rows, queries),
              regime,
              visibility,
              memory);
      return scope.keep(decoder.hidden(new ForwardPass(context, input)));
    } finally {
      meter.end(tokens.length);
    }
  }

  /** Logits of chosen places of hidden states flattened to [places, hidden]. */
  Tensor logits(Tensor hidden, long[] places) {
    meter.begin();
    try (TensorScope scope = new TensorScope()) {
      Tensor index = Operations.integers(context.device(), places, places.length);
      return scope.keep(
          decoder.logits(hidden.flatten(0, 1).index_select(0, index), context.weights()));
    } finally {
      meter.end(0);
    }
  }
}
