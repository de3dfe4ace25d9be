package dev.mergefarm.merge.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.Problems;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerShuffleTest {

  private static final List<ModelName> MODELS =
      List.of(ModelName.parse("a"), ModelName.parse("it's@v1"));

  private static LayerShuffle shuffle(double first, double second, long seed) {
    return new LayerShuffle(MODELS, List.of(100, 100), List.of(first, second), seed);
  }

  private static List<Slice> slices(String yaml) {
    Problems problems = new Problems();
    List<Recipe> recipes = RecipeReader.read(yaml, Compatibility.STRICT, (_, _, _) -> {}, problems);
    assertThat(problems.all()).isEmpty();
    return ((Content.Slices) recipes.getFirst().content()).slices();
  }

  private static long layersOf(List<Slice> slices, ModelName model) {
    return slices.stream()
        .map(slice -> slice.sources().getFirst())
        .filter(source -> source.model().equals(model))
        .mapToInt(source -> source.layers().orElseThrow().length())
        .sum();
  }

  @Test
  void everyLayerStaysAtItsPlaceAndNeighboursOfOneModelAreOneSlice() {
    List<Slice> slices = slices(shuffle(1, 1, 3).inPlace(false));
    int next = 0;
    ModelName before = null;
    for (Slice slice : slices) {
      Source source = slice.sources().getFirst();
      assertThat(source.layers().orElseThrow().start()).isEqualTo(next);
      assertThat(source.model()).isNotEqualTo(before);
      next = source.layers().orElseThrow().end();
      before = source.model();
    }
    assertThat(next).isEqualTo(100);
  }

  @Test
  void weightsSayHowManyLayersAModelGives() {
    // Of 100 draws with chances of three quarters, 75 plus or minus four deviations of 4.3.
    assertThat(layersOf(slices(shuffle(3, 1, 5).inPlace(false)), MODELS.getFirst()))
        .isBetween(57L, 93L);
    assertThat(layersOf(slices(shuffle(0, 1, 5).inPlace(false)), MODELS.getFirst())).isZero();
    List<Slice> anywhere = slices(shuffle(0.25, 0.5, 5).anywhere(false));
    assertThat(layersOf(anywhere, MODELS.getFirst())).isEqualTo(25);
    assertThat(layersOf(anywhere, MODELS.getLast())).isEqualTo(50);
  }

  @Test
  void theSeedDecides() {
    assertThat(shuffle(1, 1, 3).inPlace(false)).isEqualTo(shuffle(1, 1, 3).inPlace(false));
    assertThat(shuffle(1, 1, 4).inPlace(false)).isNotEqualTo(shuffle(1, 1, 3).inPlace(false));
    assertThat(shuffle(1, 1, 3).anywhere(false)).isEqualTo(shuffle(1, 1, 3).anywhere(false));
    assertThat(shuffle(1, 1, 4).anywhere(false)).isNotEqualTo(shuffle(1, 1, 3).anywhere(false));
  }

  @Test
  void halfPrecisionIsPartOfTheRecipe() {
    assertThat(shuffle(1, 1, 3).inPlace(true)).contains("dtype: float16");
    assertThat(shuffle(1, 1, 3).inPlace(false)).doesNotContain("dtype");
  }

  @Test
  void weightsThatChooseNothingAreRefused() {
    assertThatThrownBy(() -> shuffle(0, 0, 1)).hasMessageContaining("not all 0");
    assertThatThrownBy(() -> shuffle(-1, 2, 1)).hasMessageContaining("0 or more");
    assertThatThrownBy(() -> shuffle(0.001, 0.001, 1).anywhere(false))
        .hasMessageContaining("no layer");
  }
}
