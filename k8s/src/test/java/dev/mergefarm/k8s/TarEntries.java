package dev.mergefarm.k8s;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Looks into an image's tar. */
final class TarEntries {

  private TarEntries() {}

  /** The image's configuration, as JSON. */
  static String configuration(Path tar) throws IOException {
    try (InputStream file = Files.newInputStream(tar);
        TarArchiveInputStream entries = new TarArchiveInputStream(file)) {
      for (TarArchiveEntry entry = entries.getNextEntry();
          entry != null;
          entry = entries.getNextEntry()) {
        if (entry.getName().equals("config.json")) {
          return new String(entries.readAllBytes(), StandardCharsets.UTF_8);
        }
      }
    }
    throw new IOException(tar + " has no config.json");
  }
}
