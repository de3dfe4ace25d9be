package dev.mergefarm.gateway.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTokensTest {

  private final Problems problems = new Problems();

  @Test
  void aTokenGivesBackItsPosition() {
    String token = PageTokens.token("state = RUNNING", "1700000000 j1");
    assertThat(PageTokens.position(problems, "page_token", "state = RUNNING", token))
        .contains("1700000000 j1");
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void noTokenIsTheFirstPage() {
    assertThat(PageTokens.position(problems, "page_token", "", "")).isEmpty();
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void aTokenOfAnotherFilterIsRefused() {
    String token = PageTokens.token("state = RUNNING", "here");
    assertThat(PageTokens.position(problems, "page_token", "state = QUEUED", token)).isEmpty();
    assertThat(problems.all())
        .extracting(Problem::code)
        .containsExactly(ErrorCode.INVALID_PAGE_TOKEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "***", "AAAA", "ZGVhZGJlZWY"})
  void aTokenThatIsNotOursIsRefused(String token) {
    assertThat(PageTokens.position(problems, "page_token", "", token)).isEmpty();
    assertThat(problems.all())
        .extracting(Problem::code)
        .containsExactly(ErrorCode.INVALID_PAGE_TOKEN);
  }
}
