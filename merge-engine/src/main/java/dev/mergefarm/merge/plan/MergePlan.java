package dev.mergefarm.merge.plan;

import java.util.Optional;

/**
 * Everything a merge will do, decided from headers alone. Immutable; holds no open file.
 *
 * @param name what the other recipes of a stream call this one's result
 */
public record MergePlan(Optional<String> name, PlanSummary summary) {}
