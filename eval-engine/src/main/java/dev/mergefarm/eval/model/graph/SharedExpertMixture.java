package dev.mergefarm.eval.model.graph;

import dev.mergefarm.eval.torch.TensorScope;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * A mixture of experts beside a network that every token goes through (Dai et al. 2024, <a
 * href="https://arxiv.org/abs/2401.06066">DeepSeekMoE</a>); the outputs are added.
 *
 * @param routed the experts that a token is sent to
 * @param shared the network for all tokens
 * @param gate hidden to 1: the sigmoid of its output is what the shared network's output is
 *     multiplied with; empty: 1
 */
public record SharedExpertMixture(
    ExpertMixture routed, FeedForward.Gated shared, Optional<Linear> gate) implements FeedForward {

  @Override
  public List<Parameter> parameters() {
    return Stream.concat(Stream.of(routed, shared), gate.stream())
        .flatMap(part -> part.parameters().stream())
        .toList();
  }

  @Override
  public Tensor apply(Tensor input, Weights weights) {
    try (TensorScope scope = new TensorScope()) {
      Tensor forAll = shared.apply(input, weights);
      if (gate.isPresent()) {
        forAll = forAll.mul(gate.get().apply(input, weights).sigmoid());
      }
      return scope.keep(routed.apply(input, weights).add(forAll));
    }
  }
}
