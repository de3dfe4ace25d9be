package dev.mergefarm.eval.data;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** Files in gzip or Zstandard, told by their first bytes. */
final class PackedFiles {

  private static final List<String> ENDINGS = List.of(".gz", ".zst");
  private static final int MAGIC = 4;

  private PackedFiles() {}

  /** A file's name without the ending that says how it is packed. */
  static String plainName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return ENDINGS.stream()
        .filter(lower::endsWith)
        .findFirst()
        .map(ending -> name.substring(0, name.length() - ending.length()))
        .orElse(name);
  }

  static boolean isPacked(String name) {
    return !plainName(name).equals(name);
  }

  /** The file's bytes, unpacked if they are packed. */
  static InputStream open(DataFile file) throws IOException {
    BufferedInputStream content = new BufferedInputStream(file.content().open());
    content.mark(MAGIC);
    byte[] first = content.readNBytes(MAGIC);
    content.reset();
    if (starts(first, 0x1f, 0x8b)) {
      return new GZIPInputStream(content);
    }
    return starts(first, 0x28, 0xb5, 0x2f, 0xfd)
        ? new ZstdInputStream(content).setContinuous(false)
        : content;
  }

  private static boolean starts(byte[] bytes, int... wanted) {
    for (int i = 0; i < wanted.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xff) != wanted[i]) {
        return false;
      }
    }
    return true;
  }
}
