package dev.mergefarm.merge.plan;

import dev.mergefarm.storage.model.ModelReference;

/** A checkpoint that a plan reads. */
public sealed interface PlannedModel {

  /** For people and manifests. */
  String label();

  /** A model that a repository finds. */
  record Referenced(ModelReference reference) implements PlannedModel {
    @Override
    public String label() {
      return reference.text();
    }
  }

  /** The weights of a LoRA adapter that a repository finds. */
  record Adapter(ModelReference reference) implements PlannedModel {
    @Override
    public String label() {
      return reference.text();
    }
  }

  /** A model of which only tensors are read, such as Fisher information. */
  record Companion(ModelReference reference) implements PlannedModel {
    @Override
    public String label() {
      return reference.text();
    }
  }

  /** A model of which only the tokenizer is used. */
  record TokenizerOnly(ModelReference reference) implements PlannedModel {
    @Override
    public String label() {
      return reference.text();
    }
  }

  /** Tensors in a file of this machine that is no model. */
  record File(String path) implements PlannedModel {
    @Override
    public String label() {
      return path;
    }
  }

  /** The result of another recipe of the same stream, computed as it is read. */
  record Stage(MergePlan plan) implements PlannedModel {
    @Override
    public String label() {
      return plan.name().orElse("");
    }
  }
}
