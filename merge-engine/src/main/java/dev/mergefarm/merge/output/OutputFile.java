package dev.mergefarm.merge.output;

/** A small file of the output, beside the tensors. */
public sealed interface OutputFile {

  String name();

  /**
   * A file whose content is known when the merge is planned.
   *
   * @param content not to be changed
   */
  record Generated(String name, byte[] content) implements OutputFile {
    public Generated {
      content = content.clone();
    }

    @Override
    public byte[] content() {
      return content.clone();
    }
  }

  /**
   * A file of an input model, copied as it is.
   *
   * @param source index of the model among the plan's
   */
  record Copied(String name, int source) implements OutputFile {}
}
