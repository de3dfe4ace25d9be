package dev.mergefarm.storage.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelReferenceTest {

  @Test
  void pathRevisionAndAdapterAreParted() {
    ModelReference reference = new ModelReference("org/base@v1.2+org/lora@main");

    assertThat(reference.path()).isEqualTo("org/base");
    assertThat(reference.revision()).contains("v1.2");
    assertThat(reference.adapter()).contains(new ModelReference("org/lora@main"));
    assertThat(reference.text()).isEqualTo("org/base@v1.2+org/lora@main");
    assertThat(reference.withoutAdapter().text()).isEqualTo("org/base@v1.2");
  }

  @Test
  void aPlainPathHasNeither() {
    ModelReference reference = new ModelReference(" ../models/base ");

    assertThat(reference).isEqualTo(ModelReference.ofPath("../models/base"));
    assertThat(reference.revision()).isEmpty();
    assertThat(reference.adapter()).isEmpty();
  }

  @Test
  void partsGivenOneByOneMayHoldAnySign() {
    ModelReference reference =
        new ModelReference("/a+b@c", Optional.empty(), Optional.of(ModelReference.ofPath("x@y")));

    assertThat(reference.path()).isEqualTo("/a+b@c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "a+b+c", "a@b@c", "a@", "a+", "+a", "a+b@c@d", "a\u0000b"})
  void textThatIsNoReferenceIsRefused(String text) {
    assertThatThrownBy(() -> new ModelReference(text))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_VALUE));
  }
}
