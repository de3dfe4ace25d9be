package dev.mergefarm.eval.model.graph;

import dev.mergefarm.eval.torch.Operations;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Multi-head attention over the tokens so far.
 *
 * @param layer its place in the stack, from 0
 * @param projection of queries, keys and values
 * @param norms of queries and keys before they are rotated; empty for none
 * @param rotary empty where positions enter another way
 * @param scale that scores are multiplied with
 * @param softcap limit that scores are bent to by a hyperbolic tangent; empty for none
 * @param window how many tokens back a query sees, itself included; empty for all
 */
public record Attention(
    int layer,
    HeadLayout heads,
    Projection projection,
    Optional<QueryKeyNorms> norms,
    Optional<Rotary> rotary,
    double scale,
    Optional<Double> softcap,
    Optional<Integer> window,
    Linear output)
    implements Part {

  /**
   * @param byHead whether each head is normalised by itself; otherwise all heads as one vector
   */
  public record QueryKeyNorms(Norm query, Norm key, boolean byHead) {
    Tensor apply(Norm norm, Tensor input, Weights weights) {
      if (byHead) {
        return norm.apply(input, weights);
      }
      return norm.apply(input.flatten(2, 3), weights).view(input.sizes());
    }
  }

  /** The same attention with another window. */
  public Attention withWindow(Optional<Integer> newWindow) {
    return new Attention(
        layer, heads, projection, norms, rotary, scale, softcap, newWindow, output);
  }

  /** The same attention with another scale. */
  public Attention withScale(double newScale) {
    return new Attention(
        layer, heads, projection, norms, rotary, newScale, softcap, window, output);
  }

  /** The same attention with queries and keys normalised. */
  public Attention withNorms(QueryKeyNorms newNorms) {
    return new Attention(
        layer, heads, projection, Optional.of(newNorms), rotary, scale, softcap, window, output);
  }

  /** The same attention with another limit on scores. */
  public Attention withSoftcap(Optional<Double> newSoftcap) {
    return new Attention(
        layer, heads, projection, norms, rotary, scale, newSoftcap, window, output);
  }

  @Override
  public List<Parameter> parameters() {
    Stream<Part> parts =
        Stream.concat(
            Stream.of(projection),
            Stream.concat(
                norms.stream().flatMap(both -> Stream.of(both.query(), both.key())),
                Stream.of(output)));
    return parts.flatMap(part -> part.parameters().stream()).toList();
  }

  /** From [batch, tokens, hidden] to the same shape. */
  Tensor apply(Tensor input, ForwardPass pass) {
    Weights weights = pass.weights();
    Projection.Projected projected = projection.apply(input, heads, weights);
    Tensor query = projected.query();
    Tensor key = projected.key();
    if (norms.isPresent()) {
      query = norms.get().apply(norms.get().query(), query, weights);
      key = norms.get().apply(norms.get().key(), key, weights);
    }
    query = rotate(query.transpose(1, 2), pass).to(pass.context().attentionType());
    key = rotate(key.transpose(1, 2), pass).to(pass.context().attentionType());
    Tensor value = projected.value().transpose(1, 2).to(pass.context().attentionType());
    KeyValueMemory.KeysAndValues seen = pass.memory().extend(layer, key, value);
    Tensor mixed = attend(query, seen, pass);
    Tensor joined = mixed.transpose(1, 2).flatten(2, 3).to(input.scalar_type());
    return output.apply(joined, weights);
  }

  private Tensor rotate(Tensor tensor, ForwardPass pass) {
    return rotary.map(value -> value.apply(tensor, pass.rotation(value))).orElse(tensor);
  }

  private Tensor attend(Tensor query, KeyValueMemory.KeysAndValues seen, ForwardPass pass) {
    Optional<Tensor> mask = pass.mask(window);
    boolean causal = pass.isCausal(window) && query.size(2) > 1;
    if (softcap.isEmpty() && query.size(2) == 1 && heads.queryHeads() > heads.keyHeads()) {
      return attendOnce(query, seen, mask);
    }
    if (softcap.isEmpty()) {
      return Operations.attention(query, seen.keys(), seen.values(), mask, causal, scale);
    }
    return attendCapped(query, seen, mask.or(() -> causalMask(causal, pass)));
  }

  /**
   * For a single query: the heads that share keys become queries of one head, so that keys and
   * values are read once for all of them.
   *
   * @param mask [batch or 1, 1, 1, keys]
   */
  private Tensor attendOnce(
      Tensor query, KeyValueMemory.KeysAndValues seen, Optional<Tensor> mask) {
    long groups = heads.queryHeads() / heads.keyHeads();
    Tensor grouped = query.squeeze(2).unflatten(1, heads.keyHeads(), groups);
    Tensor mixed = Operations.attention(grouped, seen.keys(), seen.values(), mask, false, scale);
    return mixed.flatten(1, 2).unsqueeze(2);
  }

  private static Optional<Tensor> causalMask(boolean causal, ForwardPass pass) {
    return causal ? Optional.of(pass.causalMask()) : Optional.empty();
  }

  private Tensor attendCapped(
      Tensor query, KeyValueMemory.KeysAndValues seen, Optional<Tensor> mask) {
    long groups = heads.queryHeads() / heads.keyHeads();
    Tensor grouped = query.unflatten(1, heads.keyHeads(), groups);
    Tensor keys = seen.keys().unsqueeze(2);
    Tensor values = seen.values().unsqueeze(2);
    double cap = softcap.orElseThrow();
    Tensor scores =
        Operations.multiply(
            Operations.multiply(grouped.matmul(keys.transpose(3, 4)), scale / cap).tanh_(), cap);
    Tensor visible = mask.isPresent() ? scores.add_(mask.get().unsqueeze(2)) : scores;
    Tensor shares = Operations.softmaxOfLast(visible.to(ScalarType.Float)).to(query.scalar_type());
    return shares.matmul(values).flatten(1, 2);
  }
}
