package dev.mergefarm.cli.connection;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a farm listens. */
public record FarmAddress(String host, int port, boolean encrypted) {

  private static final Pattern FORM =
      Pattern.compile("(?:(https?)://)?(\\[[0-9a-fA-F:]+]|[^:/\\[\\]\\s]+)(?::(\\d{1,5}))?/?");

  public FarmAddress {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port must be from 1 to 65535, found " + port);
    }
  }

  /**
   * Reads {@code host}, {@code host:port} or either behind {@code http://} or {@code https://}.
   * Default ports: 8080, with {@code https} 443.
   */
  public static FarmAddress parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no address; expected host:port, as in localhost:8080".formatted(text));
    }
    boolean encrypted = "https".equals(matcher.group(1));
    int defaultPort = encrypted ? 443 : 8080;
    int port = matcher.group(3) == null ? defaultPort : Integer.parseInt(matcher.group(3));
    return new FarmAddress(matcher.group(2), port, encrypted);
  }

  @Override
  public String toString() {
    return (encrypted ? "https://" : "http://") + host + ":" + port;
  }
}
