package dev.mergefarm.storage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {

  private static final String DIGEST = Sha256.of(new byte[0]);

  private static final Manifest WHOLE =
      new Manifest(
          "mergefarm 0.1.0",
          Optional.of("abc"),
          Optional.empty(),
          Optional.of("merge_method: linear\n# \"ä\"\n"),
          OptionalLong.of(-3),
          List.of(
              new ManifestInput(
                  "models/base", List.of(new FileDigest("model.safetensors", 1L << 40, DIGEST)))),
          List.of(new FileDigest("b", 2, DIGEST), new FileDigest("a", 1, DIGEST)));

  @Test
  void aManifestReadsBackAsWritten() {
    assertThat(ManifestJson.read(ManifestJson.write(WHOLE))).isEqualTo(WHOLE);
  }

  @Test
  void outputsAreInTheOrderOfNamesSoThatEqualManifestsHaveEqualBytes() {
    Manifest other =
        new Manifest(
            WHOLE.engine(),
            WHOLE.plan(),
            WHOLE.origin(),
            WHOLE.recipe(),
            WHOLE.seed(),
            WHOLE.inputs(),
            WHOLE.outputs().reversed());

    assertThat(ManifestJson.write(other)).isEqualTo(ManifestJson.write(WHOLE));
    assertThat(WHOLE.outputs()).extracting(FileDigest::name).containsExactly("a", "b");
  }

  @Test
  void theDigestIsTheKnownOneOfTheEmptyInput() {
    assertThat(DIGEST)
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{\"schema\":2,\"engine\":\"e\",\"inputs\":[],\"outputs\":[]}",
        "{\"schema\":1,\"inputs\":[],\"outputs\":[]}",
        "{\"schema\":1,\"engine\":\"e\",\"inputs\":[],\"outputs\":{}}",
        "{\"schema\":1,\"engine\":\"e\",\"inputs\":[],\"outputs\":[{\"name\":\"a\"}]}",
        "{\"schema\":1,\"engine\":\"e\",\"inputs\":[],"
            + "\"outputs\":[{\"name\":\"a\",\"bytes\":1,\"sha256\":\"xyz\"}]}"
      })
  void whatIsNoManifestIsRefused(String content) {
    assertThatThrownBy(() -> ManifestJson.read(content.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.MALFORMED_JSON));
  }
}
