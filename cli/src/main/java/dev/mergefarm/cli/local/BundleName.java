package dev.mergefarm.cli.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;

/** Names a folder of tasks by its content, so that the same folder is stored once. */
public final class BundleName {

  private static final int DIGITS = 12;

  private BundleName() {}

  /** As in {@code tasks/facts-0f3a9c21b7de}. */
  public static String of(Path folder, SortedMap<String, Path> files) throws IOException {
    MessageDigest digest = sha256();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      digest.update(file.getKey().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      try (InputStream in = new DigestInputStream(Files.newInputStream(file.getValue()), digest)) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      }
      digest.update((byte) 0);
    }
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "-");
    String content = HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
    return "tasks/" + plain + "-" + content;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java has SHA-256", impossible);
    }
  }
}
