package dev.mergefarm.eval.model.graph;

import dev.mergefarm.eval.torch.Operations;
import dev.mergefarm.eval.torch.TensorScope;
import dev.mergefarm.eval.torch.TorchDevice;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A sparse mixture of experts (Shazeer et al. 2017, arXiv 1701.06538): each token goes through the
 * experts that the router finds most probable, and their outputs are added, weighted by those
 * probabilities.
 *
 * @param router hidden to experts
 * @param experts the feed-forward networks
 * @param chosen how many experts a token goes through
 * @param normalised whether the chosen experts' weights are made to sum to one
 */
public record ExpertMixture(
    Linear router, List<FeedForward.Gated> experts, int chosen, boolean normalised)
    implements FeedForward {

  public ExpertMixture {
    experts = List.copyOf(experts);
    if (chosen < 1 || chosen > experts.size()) {
      throw new IllegalArgumentException(
          "chosen experts must be from 1 to %d, found %d".formatted(experts.size(), chosen));
    }
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.concat(Stream.of(router), experts.stream())
        .flatMap(part -> part.parameters().stream())
        .toList();
  }

  @Override
  public Tensor apply(Tensor input, Weights weights) {
    try (TensorScope scope = new TensorScope()) {
      Tensor rows = input.reshape(-1, input.size(input.dim() - 1));
      Tensor logits = router.apply(rows, weights).to(ScalarType.Float);
      T_TensorTensor_T top = torch.topk(Operations.softmaxOfLast(logits), chosen, -1, true, true);
      Tensor shares = top.get0();
      if (normalised) {
        Tensor total = Operations.multiply(Operations.meanOfLast(shares), chosen);
        shares = shares.div(total);
      }
      long[] choices = Operations.toLongs(top.get1());
      Tensor sum = scope.keep(torch.zeros_like(rows));
      for (int expert = 0; expert < experts.size(); expert++) {
        add(sum, rows, shares, choices, expert, weights);
      }
      return scope.keep(sum.view(input.sizes()));
    }
  }

  private void add(
      Tensor sum, Tensor rows, Tensor shares, long[] choices, int expert, Weights weights) {
    int[] places =
        java.util.stream.IntStream.range(0, choices.length)
            .filter(place -> choices[place] == expert)
            .toArray();
    if (places.length == 0) {
      return;
    }
    try (TensorScope _ = new TensorScope()) {
      TorchDevice device = TorchDevice.of(rows);
      long[] tokens = Arrays.stream(places).mapToLong(place -> place / chosen).toArray();
      long[] flat = Arrays.stream(places).asLongStream().toArray();
      Tensor tokenIndex = Operations.integers(device, tokens, tokens.length);
      Tensor share =
          shares
              .flatten()
              .index_select(0, Operations.integers(device, flat, flat.length))
              .unsqueeze(-1);
      Tensor output = experts.get(expert).apply(rows.index_select(0, tokenIndex), weights);
      sum.index_add_(0, tokenIndex, output.mul(share).to(sum.scalar_type()));
    }
  }
}
