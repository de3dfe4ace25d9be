package dev.mergefarm.eval.model.graph;

import dev.mergefarm.eval.torch.TensorScope;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** The part of a layer that works on each token by itself. */
public sealed interface FeedForward extends Part
    permits FeedForward.Plain,
        FeedForward.Gated,
        FeedForward.GatedJoined,
        ExpertMixture,
        SharedExpertMixture {

  /** From [..., hidden] to the same shape. */
  Tensor apply(Tensor input, Weights weights);

  /** {@code down(activation(up(x)))}. */
  record Plain(Linear up, Linear down, Activation activation) implements FeedForward {
    @Override
    public List<Parameter> parameters() {
      return Stream.of(up, down).flatMap(part -> part.parameters().stream()).toList();
    }

    @Override
    public Tensor apply(Tensor input, Weights weights) {
      try (TensorScope scope = new TensorScope()) {
        return scope.keep(down.apply(activation.apply(up.apply(input, weights)), weights));
      }
    }
  }

  /** {@code down(activation(gate(x)) * up(x))} (Shazeer 2020, arXiv 2002.05202). */
  record Gated(Linear gate, Linear up, Linear down, Activation activation) implements FeedForward {
    @Override
    public List<Parameter> parameters() {
      return Stream.of(gate, up, down).flatMap(part -> part.parameters().stream()).toList();
    }

    @Override
    public Tensor apply(Tensor input, Weights weights) {
      try (TensorScope scope = new TensorScope()) {
        Tensor open = activation.apply(gate.apply(input, weights));
        return scope.keep(down.apply(open.mul_(up.apply(input, weights)), weights));
      }
    }
  }

  /** As {@link Gated} with one matrix whose outputs are the gate's, then the other's. */
  record GatedJoined(Linear gateAndUp, Linear down, Activation activation) implements FeedForward {
    @Override
    public List<Parameter> parameters() {
      return Stream.of(gateAndUp, down).flatMap(part -> part.parameters().stream()).toList();
    }

    @Override
    public Tensor apply(Tensor input, Weights weights) {
      try (TensorScope scope = new TensorScope()) {
        TensorVector halves = gateAndUp.apply(input, weights).chunk(2, -1);
        Tensor open = activation.apply(halves.get(0));
        return scope.keep(down.apply(open.mul(halves.get(1)), weights));
      }
    }
  }
}
