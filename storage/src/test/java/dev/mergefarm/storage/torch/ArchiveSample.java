package dev.mergefarm.storage.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Builds torch archives entry by entry, sound or not. */
final class ArchiveSample {

  private final Map<String, byte[]> entries = new LinkedHashMap<>();
  private int method = ZipEntry.STORED;

  /** An archive with this pickle, written in ISO 8859-1, so that every byte can be said. */
  static ArchiveSample ofPickle(String pickle) {
    return new ArchiveSample().with("m/data.pkl", pickle.getBytes(StandardCharsets.ISO_8859_1));
  }

  ArchiveSample with(String name, byte[] content) {
    entries.put(name, content);
    return this;
  }

  ArchiveSample compressed() {
    method = ZipEntry.DEFLATED;
    return this;
  }

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        ZipEntry header = new ZipEntry(entry.getKey());
        header.setMethod(method);
        header.setSize(entry.getValue().length);
        CRC32 checksum = new CRC32();
        checksum.update(entry.getValue());
        header.setCrc(checksum.getValue());
        zip.putNextEntry(header);
        zip.write(entry.getValue());
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** The pickle of a dictionary with one tensor of 32-bit floats, {@code a}, of storage 0. */
  static String tensorPickle(int offset, String sizes, String strides) {
    return "\u0080\u0002}(X\u0001\0\0\0actorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storage"
        + "ctorch\nFloatStorage\nX\u0001\0\0\0"
        + "0X\u0003\0\0\0cpuK\u0004tQK"
        + (char) offset
        + sizes
        + strides
        + "\u0089}tRu.";
  }

  /** A tuple of numbers from 0 to 255 as a pickle makes it. */
  static String tuple(int... numbers) {
    StringBuilder text = new StringBuilder("(");
    for (int number : numbers) {
      text.append('K').append((char) number);
    }
    return text.append('t').toString();
  }
}
