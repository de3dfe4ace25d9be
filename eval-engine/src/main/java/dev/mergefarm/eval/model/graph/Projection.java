package dev.mergefarm.eval.model.graph;

import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** How queries, keys and values are made from a layer's input. */
public sealed interface Projection extends Part {

  /**
   * @param query [batch, tokens, heads, size]
   * @param key [batch, tokens, key heads, size]
   * @param value as the key
   */
  record Projected(Tensor query, Tensor key, Tensor value) {}

  /** From [batch, tokens, hidden]. */
  Projected apply(Tensor input, HeadLayout heads, Weights weights);

  private static Tensor split(Tensor tensor, int size) {
    return tensor.view(tensor.size(0), tensor.size(1), tensor.size(2) / size, size);
  }

  /** Three matrices. */
  record Separate(Linear query, Linear key, Linear value) implements Projection {
    @Override
    public List<Parameter> parameters() {
      return Stream.of(query, key, value).flatMap(part -> part.parameters().stream()).toList();
    }

    @Override
    public Projected apply(Tensor input, HeadLayout heads, Weights weights) {
      return new Projected(
          split(query.apply(input, weights), heads.size()),
          split(key.apply(input, weights), heads.size()),
          split(value.apply(input, weights), heads.size()));
    }
  }

  /** One matrix whose outputs are all queries, then all keys, then all values. */
  record Joined(Linear all) implements Projection {
    @Override
    public List<Parameter> parameters() {
      return all.parameters();
    }

    @Override
    public Projected apply(Tensor input, HeadLayout heads, Weights weights) {
      Tensor output = all.apply(input, weights);
      long queries = (long) heads.queryHeads() * heads.size();
      long keys = (long) heads.keyHeads() * heads.size();
      return new Projected(
          part(output, 0, heads.queryHeads(), heads.size()),
          part(output, queries, heads.keyHeads(), heads.size()),
          part(output, queries + keys, heads.keyHeads(), heads.size()));
    }

    private static Tensor part(Tensor output, long start, long heads, long size) {
      return output.narrow(-1, start, heads * size).unflatten(-1, heads, size);
    }
  }

  /** One matrix whose outputs are, head by head, a query, a key and a value. */
  record ByHead(Linear all) implements Projection {
    @Override
    public List<Parameter> parameters() {
      return all.parameters();
    }

    @Override
    public Projected apply(Tensor input, HeadLayout heads, Weights weights) {
      Tensor output =
          all.apply(input, weights).unflatten(-1, heads.queryHeads(), 3L * heads.size());
      return new Projected(
          output.narrow(-1, 0, heads.size()),
          output.narrow(-1, heads.size(), heads.size()),
          output.narrow(-1, 2L * heads.size(), heads.size()));
    }
  }
}
