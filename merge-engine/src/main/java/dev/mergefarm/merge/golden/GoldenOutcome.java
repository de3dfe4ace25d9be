package dev.mergefarm.merge.golden;

import java.util.Optional;

/**
 * What came of one golden case.
 *
 * @param name of the case's folder
 * @param tolerance the class that its answer is held against
 * @param tensors in the output; 0 when it could not be merged
 * @param mismatch what is wrong; empty when the answer is within the tolerance
 */
public record GoldenOutcome(
    String name, String tolerance, long tensors, Optional<String> mismatch) {}
