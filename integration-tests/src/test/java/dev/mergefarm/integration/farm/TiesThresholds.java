package dev.mergefarm.integration.farm;

import java.util.Arrays;
import java.util.List;

/**
 * Tells which elements of a TIES merge have no single right answer: those whose change from the
 * base is exactly as large as the smallest one kept, in one of the models. Of such equals the
 * method keeps as many as its density asks for, and which ones is nobody's promise.
 */
public final class TiesThresholds {

  private final Weights base;
  private final List<Weights> models;
  private final double density;

  public TiesThresholds(Weights base, List<Weights> models, double density) {
    this.base = base;
    this.models = models;
    this.density = density;
  }

  /** For each element of a tensor, whether its answer is open. */
  public boolean[] open(String tensor) {
    int elements = base.tensors().get(tensor).elements();
    boolean[] open = new boolean[elements];
    int kept = (int) (density * elements);
    for (Weights model : models) {
      float[] sizes = new float[elements];
      for (int i = 0; i < elements; i++) {
        sizes[i] = Math.abs(model.value(tensor, i) - base.value(tensor, i));
      }
      float[] sorted = sizes.clone();
      Arrays.sort(sorted);
      float threshold = sorted[elements - kept];
      for (int i = 0; i < elements; i++) {
        open[i] |= sizes[i] == threshold;
      }
    }
    return open;
  }
}
