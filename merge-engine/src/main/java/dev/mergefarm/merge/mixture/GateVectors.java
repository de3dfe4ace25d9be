package dev.mergefarm.merge.mixture;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.NormOps_DDRM;

/**
 * The gates of a mixture.
 *
 * @param vectors for each expert, the shared ones last, and each layer: [experts][layers][hidden]
 * @param routed how many experts are not shared
 */
public record GateVectors(List<float[][]> vectors, int routed) {

  /** Above this condition number of a layer's gates, experts are hard to tell apart. */
  private static final double DEGENERATE = 5;

  public GateVectors {
    vectors = List.copyOf(vectors);
    if (routed < 1 || routed > vectors.size()) {
      throw new IllegalArgumentException(
          "routed must be from 1 to " + vectors.size() + ", found " + routed);
    }
  }

  /** The router's matrix of a layer, row-major [experts, hidden]. */
  public float[] router(int layer) {
    return matrix(layer, vectors.subList(0, routed));
  }

  /** The shared experts' gates of a layer, row-major [shared experts, hidden]. */
  public float[] shared(int layer) {
    return matrix(layer, vectors.subList(routed, vectors.size()));
  }

  private static float[] matrix(int layer, List<float[][]> experts) {
    int hidden = experts.getFirst()[layer].length;
    float[] matrix = new float[experts.size() * hidden];
    for (int i = 0; i < experts.size(); i++) {
      System.arraycopy(experts.get(i)[layer], 0, matrix, i * hidden, hidden);
    }
    return matrix;
  }

  /** The layers whose gates nearly depend on each other, so that some experts are seldom chosen. */
  public List<Integer> degenerateLayers() {
    List<Integer> degenerate = new ArrayList<>();
    for (int layer = 0; layer < vectors.getFirst().length; layer++) {
      float[] gates = matrix(layer, vectors);
      double[] wide = IntStream.range(0, gates.length).mapToDouble(i -> gates[i]).toArray();
      int hidden = gates.length / vectors.size();
      // Not above includes not a number, which a layer of zeros gives.
      if (!(NormOps_DDRM.conditionP2(DMatrixRMaj.wrap(vectors.size(), hidden, wide))
          <= DEGENERATE)) {
        degenerate.add(layer);
      }
    }
    return degenerate;
  }
}
