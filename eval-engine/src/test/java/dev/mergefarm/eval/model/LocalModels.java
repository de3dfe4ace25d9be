package dev.mergefarm.eval.model;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.Model;
import java.nio.file.Path;

/** The example's models, with tokenizers. */
final class LocalModels {

  private LocalModels() {}

  static Path facts(String name) {
    return Path.of(System.getProperty("mergefarm.root"), "examples", "facts", name);
  }

  static Model stored(String name) {
    return GoldenModel.open(facts(name));
  }

  static LocalLanguageModel load(String name) {
    return load(name, ModelOptions.onCpu(ComputeType.FLOAT32));
  }

  static LocalLanguageModel load(String name, ModelOptions options) {
    try (Model model = stored(name)) {
      return ModelLoader.load(model, options, Progress.Listener.NONE, Cancellation.NEVER);
    }
  }
}
