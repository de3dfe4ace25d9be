package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Decoder;

/** Turns the configuration of one family of models into a graph. */
interface ModelFamily {

  /** The configuration's {@code model_type}. */
  String modelType();

  /**
   * Builds the graph. Whatever the configuration lacks or asks for that this family cannot do is
   * noted in the configuration's problems, with a harmless value in its place, so that all of it is
   * reported at once; the graph is of use only when no error was noted.
   */
  Decoder decoder(ModelConfig config);
}
