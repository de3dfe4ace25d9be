package dev.mergefarm.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps libraries' log lines out of a command's output; {@code MERGEFARM_LOG=info} brings them
 * back.
 */
final class QuietLogging {

  /**
   * Looks for a GPU with a library of its own and warns where there is none; held, or it is lost.
   */
  private static final Logger TOKENIZERS = Logger.getLogger("ai.djl");

  private QuietLogging() {}

  static void configure() {
    String wanted = System.getenv().getOrDefault("MERGEFARM_LOG", "warning");
    Level level;
    try {
      level = Level.parse(wanted.toUpperCase(java.util.Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      level = Level.WARNING;
    }
    TOKENIZERS.setLevel(Level.SEVERE);
    Logger root = Logger.getLogger("");
    root.setLevel(level);
    for (var handler : root.getHandlers()) {
      handler.setLevel(level);
    }
  }
}
