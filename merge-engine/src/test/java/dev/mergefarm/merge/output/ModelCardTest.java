package dev.mergefarm.merge.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelCardTest {

  private static ModelCard card(String recipe, ModelCard.Input... models) {
    return new ModelCard(
        "Merged model",
        "TIES",
        Optional.of("https://arxiv.org/abs/2306.01708"),
        Optional.of("org/base"),
        List.of(models),
        recipe);
  }

  private static ModelCard.Input model(String name, String licence) {
    return new ModelCard.Input(name, Optional.ofNullable(licence));
  }

  @Test
  void theFrontMatterNamesHubModelsAndALicenceThatAllShare() {
    String text =
        card(
                "merge_method: ties\n",
                model("org/base", "apache-2.0"),
                model("org/tune@v1", "apache-2.0"),
                model("./local", "apache-2.0"))
            .text();
    assertThat(text)
        .startsWith(
            """
            ---
            base_model:
            - org/base
            - org/tune
            base_model_relation: merge
            library_name: transformers
            license: apache-2.0
            tags:
            - mergefarm
            - merge
            ---
            # Merged model
            """)
        .contains("[TIES](https://arxiv.org/abs/2306.01708) method, using [org/base](")
        .contains("* `./local`\n")
        .doesNotContain("* [org/base]")
        .endsWith("```yaml\nmerge_method: ties\n```\n");
  }

  @Test
  void licencesThatDifferAreListedAndNoneIsClaimed() {
    String text = card("", model("org/a", "mit"), model("org/b", null)).text();
    assertThat(text).doesNotContain("\nlicense:").contains("* org/a: mit\n* org/b: not stated\n");
  }

  @Test
  void aRecipeWithBackticksStaysInItsFence() {
    assertThat(card("# ```\nx: 1\n", model("org/a", null)).text())
        .endsWith("````yaml\n# ```\nx: 1\n````\n");
  }

  @Test
  void aLicenceIsReadFromFrontMatterAlone() {
    assertThat(ModelCard.licenceOf("---\ntags: [x]\nlicense: mit\n---\nlicense: gpl\n"))
        .contains("mit");
    assertThat(ModelCard.licenceOf("license: gpl\n")).isEmpty();
  }
}
