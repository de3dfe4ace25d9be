package dev.mergefarm.cli.local;

import java.util.Locale;
import java.util.Optional;

/** What the user's environment says to commands that work on this machine. */
final class Settings {

  private Settings() {}

  /**
   * A setting under the name that services know it by.
   *
   * @param name such as {@code mergefarm.hub.endpoint}: a system property, or the variable {@code
   *     MERGEFARM_HUB_ENDPOINT}
   */
  static Optional<String> find(String name) {
    return Optional.ofNullable(System.getProperty(name))
        .filter(value -> !value.isBlank())
        .or(() -> variable(name.toUpperCase(Locale.ROOT).replace('.', '_')));
  }

  /** An environment variable, unless it is blank. */
  static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
  }
}
