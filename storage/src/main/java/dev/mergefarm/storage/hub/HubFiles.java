package dev.mergefarm.storage.hub;

import dev.mergefarm.storage.hub.HubModel.HubFile;
import dev.mergefarm.storage.manifest.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which files of a repository make the model. */
final class HubFiles {

  private static final String TORCH_INDEX = "pytorch_model.bin.index.json";
  private static final String SAFETENSORS_INDEX = "model.safetensors.index.json";

  private static final Predicate<String> DESCRIPTION =
      Pattern.compile(
              "[^/]+\\.(json|jinja|model|txt|tiktoken)|README\\.md|LICENSE[^/]*|NOTICE[^/]*")
          .asMatchPredicate();

  private static final Predicate<String> SAFETENSORS =
      Pattern.compile("(model|model-\\d+-of-\\d+|adapter_model)\\.safetensors").asMatchPredicate();

  private static final Predicate<String> TORCH =
      Pattern.compile("(pytorch_model|pytorch_model-\\d+-of-\\d+|adapter_model)\\.bin")
          .asMatchPredicate();

  private HubFiles() {}

  /**
   * Config, tokenizer, card and licence, and the weights: safetensors where there are any, else
   * torch's. Code, folders and other formats stay behind, and so does another farm's manifest: the
   * copy gets its own.
   */
  static List<HubFile> wanted(HubModel model) {
    boolean safetensors = model.files().stream().map(HubFile::path).anyMatch(SAFETENSORS);
    Predicate<String> weights = safetensors ? SAFETENSORS : TORCH;
    Predicate<String> otherIndex =
        path -> path.equals(safetensors ? TORCH_INDEX : SAFETENSORS_INDEX);
    List<HubFile> wanted = new ArrayList<>();
    for (HubFile file : model.files()) {
      boolean described =
          DESCRIPTION.test(file.path())
              && !otherIndex.test(file.path())
              && !file.path().equals(Manifest.FILE);
      if (described || weights.test(file.path())) {
        wanted.add(file);
      }
    }
    return wanted;
  }
}
