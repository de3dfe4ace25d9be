package dev.mergefarm.eval.model.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RollingWindowsTest {

  private static final int PREFIX = 99;

  @Test
  void everyTokenIsPredictedOnceWithAsMuchContextAsFits() {
    List<TokenizedRequest> windows =
        RollingWindows.of(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, PREFIX, 4);
    assertThat(windows).hasSize(3);
    assertWindow(windows.get(0), new int[] {PREFIX}, new int[] {0, 1, 2, 3});
    assertWindow(windows.get(1), new int[] {3}, new int[] {4, 5, 6, 7});
    assertWindow(windows.get(2), new int[] {5, 6, 7}, new int[] {8, 9});
  }

  @Test
  void aTextThatFitsIsOneWindow() {
    List<TokenizedRequest> windows = RollingWindows.of(new int[] {5, 6}, PREFIX, 4);
    assertThat(windows).hasSize(1);
    assertWindow(windows.getFirst(), new int[] {PREFIX}, new int[] {5, 6});
  }

  @Test
  void noTokensMakeNoWindow() {
    assertThat(RollingWindows.of(new int[0], PREFIX, 4)).isEmpty();
  }

  private static void assertWindow(TokenizedRequest window, int[] context, int[] predicted) {
    assertThat(window.context()).containsExactly(context);
    assertThat(window.continuation()).containsExactly(predicted);
  }
}
