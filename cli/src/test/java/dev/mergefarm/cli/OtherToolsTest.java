package dev.mergefarm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands beside the merge of models, on the example's models. */
class OtherToolsTest {

  private static final Path FACTS =
      Path.of(System.getProperty("mergefarm.root"), "examples", "facts").toAbsolutePath();

  @TempDir private Path folder;

  private static String model(String name) {
    return FACTS.resolve(name).toString();
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void anAdapterIsExtractedAndMergedBack() throws IOException {
    CommandRun run =
        CommandRun.of(
            "extract-lora",
            "--model=" + model("animals"),
            "--base-model=" + model("base"),
            "--max-rank=8",
            "--no-distribute-scale",
            "-e",
            "lm_head",
            "--out-path=" + file("lora"));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("28 modules of rank 8").contains("left out of the differences");
    assertThat(folder.resolve("lora/README.md")).content().contains("peft");

    Path recipe = folder.resolve("recipe.yml");
    Files.writeString(
        recipe,
        "merge_method: passthrough\nmodels: [{model: %s+%s}]\n"
            .formatted(model("base"), file("lora")));
    CommandRun merge = CommandRun.of("merge", recipe.toString(), "--out", file("merged"));
    assertThat(merge.code()).as(merge.err()).isZero();
  }

  @Test
  void wrongExtractionOptionsAreErrorsOfUse() {
    for (String wrong : new String[] {"--max-rank=0", "--include-regex=[", "--sv-epsilon=-1"}) {
      CommandRun run =
          CommandRun.of("extract-lora", "--model=a", "--base-model=b", "--out=" + file("x"), wrong);
      assertThat(run.code()).as(wrong).isEqualTo(ExitCode.USAGE.number());
    }
  }

  @Test
  void aShuffleIsPrintedWrittenAndMerged() throws IOException {
    CommandRun run =
        CommandRun.of(
            "layershuffle",
            file("shuffled"),
            "-m",
            model("animals"),
            "-m",
            model("capitals"),
            "-w",
            "1",
            "-w",
            "3",
            "--fp16",
            "--seed=4",
            "--print-yaml",
            "--write-yaml=" + file("shuffle.yml"));
    assertThat(run.code()).as(run.err()).isZero();
    String yaml = Files.readString(folder.resolve("shuffle.yml"));
    assertThat(run.out()).startsWith(yaml).contains("38 tensors");
    assertThat(folder.resolve("shuffled/config.json")).content().contains("float16");
  }

  @Test
  void aDryShuffleNeedsNoFolderAndWeightsMustBeAsManyAsModels() {
    CommandRun dry =
        CommandRun.of(
            "layershuffle", "-m", model("animals"), "--dry-run", "--print-yaml", "--full-random");
    assertThat(dry.code()).as(dry.err()).isZero();
    assertThat(dry.out()).contains("passthrough");
    CommandRun wrong =
        CommandRun.of("layershuffle", "-m", model("animals"), "-w", "1", "-w", "2", "--dry-run");
    assertThat(wrong.code()).isEqualTo(ExitCode.USAGE.number());
    assertThat(wrong.err()).contains("1 models and 2 weights");
  }

  @Test
  void filesOfTensorsAreMergedWithoutAnyConfiguration() throws IOException {
    Path recipe = folder.resolve("raw.yml");
    Files.writeString(
        recipe,
        """
        merge_method: linear
        models:
        - {model: %1$s/animals/model.safetensors}
        - {model: %1$s/capitals/model.safetensors}
        parameters: {weight: 0.5}
        """
            .formatted(FACTS));
    CommandRun run = CommandRun.of("merge-raw", recipe.toString(), file("raw"), "-i");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(folder.resolve("raw/model.safetensors")).exists();
    assertThat(folder.resolve("raw/config.json")).doesNotExist();
    assertThat(CommandRun.of("merge-raw", recipe.toString(), file("raw"), "-i", "-u").code())
        .isEqualTo(ExitCode.USAGE.number());
  }
}
