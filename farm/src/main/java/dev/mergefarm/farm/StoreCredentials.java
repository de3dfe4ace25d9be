package dev.mergefarm.farm;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Properties;

/**
 * The key pair of the embedded S3 server, made at first use and kept in the data folder, readable
 * by its owner only.
 */
record StoreCredentials(String accessKey, String secretKey) {

  private static final String FILE = "store-credentials.properties";
  private static final int ACCESS_BYTES = 10;
  private static final int SECRET_BYTES = 20;

  static StoreCredentials in(Path folder, SecureRandom random) {
    Path file = folder.resolve(FILE);
    try {
      return Files.exists(file) ? read(file) : create(file, random);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static StoreCredentials read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return new StoreCredentials(
        properties.getProperty("access-key"), properties.getProperty("secret-key"));
  }

  private static StoreCredentials create(Path file, SecureRandom random) throws IOException {
    StoreCredentials credentials =
        new StoreCredentials(hex(random, ACCESS_BYTES), hex(random, SECRET_BYTES));
    Properties properties = new Properties();
    properties.setProperty("access-key", credentials.accessKey);
    properties.setProperty("secret-key", credentials.secretKey);
    if (Files.getFileStore(file.getParent()).supportsFileAttributeView("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "Key pair of the embedded S3 server.");
    }
    return credentials;
  }

  private static String hex(SecureRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Keeps the secret to itself. */
  @Override
  public String toString() {
    return "StoreCredentials[" + accessKey + "]";
  }
}
