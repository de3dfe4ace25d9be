package dev.mergefarm.eval.model.graph;

import java.util.List;

/** Anything that needs weights. */
public interface Part {

  /** The weights this part reads, in a fixed order. */
  List<Parameter> parameters();
}
