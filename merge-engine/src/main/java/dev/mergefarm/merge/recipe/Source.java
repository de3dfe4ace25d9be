package dev.mergefarm.merge.recipe;

import java.util.Optional;

/**
 * One model of a merge, or a run of its layers.
 *
 * @param path in the document
 * @param layers absent for a whole model
 * @param parameters this model's own settings
 */
public record Source(
    String path, ModelName model, Optional<LayerRange> layers, ParameterSettings parameters) {}
