package dev.mergefarm.cli.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FarmAddressTest {

  @Test
  void portsDefaultByScheme() {
    assertThat(FarmAddress.parse("farm")).isEqualTo(new FarmAddress("farm", 8080, false));
    assertThat(FarmAddress.parse("https://farm")).isEqualTo(new FarmAddress("farm", 443, true));
    assertThat(FarmAddress.parse("http://farm:90/")).isEqualTo(new FarmAddress("farm", 90, false));
    assertThat(FarmAddress.parse("[::1]:90")).isEqualTo(new FarmAddress("[::1]", 90, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ftp://farm", "farm:port", "farm:70000", "farm:0", "a/b", "::1"})
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> FarmAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
