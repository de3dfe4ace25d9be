package dev.mergefarm.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Corpora of random edits with the scores that sacrebleu 2.6.0 gives them. */
class TranslationScoresTest {

  @Test
  void corporaScoreAsSacrebleuScoresThem() throws IOException {
    JsonNode corpora =
        new ObjectMapper().readTree(getClass().getResourceAsStream("/translations.json"));
    assertThat(corpora).hasSize(12);
    for (JsonNode corpus : corpora) {
      List<?> documents = new ObjectMapper().convertValue(corpus.get("documents"), List.class);
      for (Aggregation score : List.of(Aggregation.BLEU, Aggregation.CHRF, Aggregation.TER)) {
        assertThat(score.aggregate(documents))
            .as(score.key() + " of " + documents)
            .isCloseTo(corpus.get(score.key()).asDouble(), within(1e-9));
      }
    }
  }
}
