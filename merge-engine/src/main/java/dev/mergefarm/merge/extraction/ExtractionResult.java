package dev.mergefarm.merge.extraction;

import dev.mergefarm.common.Problem;
import java.util.List;

/**
 * An adapter that was taken from two models.
 *
 * @param decomposed modules with factors
 * @param saved tensors stored whole
 * @param rank the largest rank used
 * @param bytes of tensors
 * @param residual what the factors leave of the differences of all decomposed modules: the norm of
 *     what is left over the norm of the whole; 0 when there are no differences
 * @param warnings what was odd
 */
public record ExtractionResult(
    int decomposed, int saved, int rank, long bytes, double residual, List<Problem> warnings) {

  public ExtractionResult {
    warnings = List.copyOf(warnings);
  }
}
