package dev.mergefarm.cli.local;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.model.PromptProbe;
import dev.mergefarm.eval.model.PromptTokens;
import dev.mergefarm.merge.mixture.PromptReader;
import dev.mergefarm.storage.model.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Reads prompts with models of this machine. The last model loaded is kept until another is asked
 * for. One caller at a time.
 */
public final class LocalPromptReader implements PromptReader, AutoCloseable {

  private final Supplier<ModelOptions> options;
  private final Progress.Listener progress;
  private Model loaded;
  private PromptProbe probe;

  /**
   * @param options asked for when a model is run, which loads native libraries
   */
  public LocalPromptReader(Supplier<ModelOptions> options, Progress.Listener progress) {
    this.options = options;
    this.progress = progress;
  }

  @Override
  public List<int[]> tokens(Model model, List<String> prompts, Cancellation cancellation) {
    try (PromptTokens tokens = PromptTokens.load(model)) {
      return prompts.stream().map(tokens::of).toList();
    }
  }

  @Override
  public List<float[][]> layerInputs(
      Model model, List<String> prompts, Pooling pooling, Cancellation cancellation) {
    if (loaded != model) {
      release();
      probe = PromptProbe.load(model, options.get(), progress, cancellation);
      loaded = model;
    }
    List<float[][]> states = new ArrayList<>();
    for (String prompt : prompts) {
      cancellation.throwIfCancelled();
      states.add(
          switch (pooling) {
            case LAST -> probe.atLastToken(prompt, cancellation);
            case MEAN -> probe.meanOverTokens(prompt, cancellation);
          });
    }
    return states;
  }

  /** Gives back the memory of the model that was loaded last. */
  public void release() {
    if (probe != null) {
      probe.close();
      probe = null;
      loaded = null;
    }
  }

  @Override
  public void close() {
    release();
  }
}
