package dev.mergefarm.storage.torch;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectFolder;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The table of contents of a zip archive (with the 64-bit extension) that is read in place: two or
 * three reads at its end, and one per entry that is used. Every number is checked against the file.
 *
 * @param entries by name, in the order of the table
 */
record ZipDirectory(SequencedMap<String, ZipEntry> entries) {

  /**
   * One file of the archive.
   *
   * @param headerOffset of its local header, from the start of the archive
   * @param size stored length in bytes
   * @param stored whether its bytes lie in the archive as they are, without compression
   */
  record ZipEntry(String name, long headerOffset, long size, boolean stored) {}

  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_64_LOCATOR_SIGNATURE = 0x07064b50;
  private static final int END_64_SIGNATURE = 0x06064b50;
  private static final int ENTRY_SIGNATURE = 0x02014b50;
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int END_LENGTH = 22;
  private static final int END_64_LOCATOR_LENGTH = 20;
  private static final int END_64_LENGTH = 56;
  private static final int ENTRY_LENGTH = 46;
  private static final int LOCAL_LENGTH = 30;
  private static final int LONGEST_COMMENT = 0xffff;
  private static final int TABLE_LIMIT = 64 << 20;
  private static final long IN_EXTENSION = 0xffffffffL;

  ZipDirectory {
    entries = Collections.unmodifiableSequencedMap(entries);
  }

  /**
   * Reads the table.
   *
   * @param size of the whole file in bytes
   * @throws MergefarmException with {@code MALFORMED_TENSOR_FILE}
   */
  static ZipDirectory read(ObjectFolder folder, String file, long size) {
    int tailLength = (int) Math.min(size, END_64_LOCATOR_LENGTH + END_LENGTH + LONGEST_COMMENT);
    ByteBuffer tail = read(folder, file, size - tailLength, tailLength);
    int end = findEnd(tail).orElseThrow(() -> malformed(file, "it has no end record"));
    Table table = table(folder, file, size, tail, end);
    if (table.length() > TABLE_LIMIT || table.offset() > size - table.length()) {
      throw malformed(file, "its table of contents does not lie within it");
    }
    ByteBuffer bytes = read(folder, file, table.offset(), Math.toIntExact(table.length()));
    SequencedMap<String, ZipEntry> entries = new LinkedHashMap<>();
    while (bytes.hasRemaining()) {
      ZipEntry entry = entry(file, bytes);
      if (entry.headerOffset() > table.offset() - LOCAL_LENGTH
          || entry.size() > table.offset() - LOCAL_LENGTH - entry.headerOffset()) {
        throw malformed(file, "its entry '" + entry.name() + "' does not lie within it");
      }
      if (entries.put(entry.name(), entry) != null) {
        throw malformed(file, "its entry '" + entry.name() + "' is there twice");
      }
    }
    return new ZipDirectory(entries);
  }

  /**
   * Where an entry's bytes start, from the start of the archive. Reads the local header, whose
   * padding the table does not tell.
   */
  static long dataOffset(ObjectFolder folder, String file, ZipEntry entry, long size) {
    ByteBuffer header = read(folder, file, entry.headerOffset(), LOCAL_LENGTH);
    int nameLength = header.getShort(26) & 0xffff;
    int extraLength = header.getShort(28) & 0xffff;
    long offset = entry.headerOffset() + LOCAL_LENGTH + nameLength + extraLength;
    if (header.getInt(0) != LOCAL_SIGNATURE
        || nameLength != entry.name().getBytes(StandardCharsets.UTF_8).length
        || entry.size() > size - offset) {
      throw malformed(file, "its entry '" + entry.name() + "' is not where the table says");
    }
    return offset;
  }

  /** Place and length of the table of contents. */
  private record Table(long offset, long length) {
    Table {
      if (offset < 0 || length < 0) {
        throw new IllegalArgumentException("offset and length must be 0 or more");
      }
    }
  }

  private static Optional<Integer> findEnd(ByteBuffer tail) {
    for (int at = tail.limit() - END_LENGTH; at >= 0; at--) {
      if (tail.getInt(at) == END_SIGNATURE
          && (tail.getShort(at + 20) & 0xffff) == tail.limit() - END_LENGTH - at) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  private static Table table(
      ObjectFolder folder, String file, long size, ByteBuffer tail, int end) {
    int locator = end - END_64_LOCATOR_LENGTH;
    try {
      if (locator < 0 || tail.getInt(locator) != END_64_LOCATOR_SIGNATURE) {
        return new Table(
            tail.getInt(end + 16) & IN_EXTENSION, tail.getInt(end + 12) & IN_EXTENSION);
      }
      long offset = tail.getLong(locator + 8);
      if (offset < 0 || offset > size - END_64_LENGTH) {
        throw malformed(file, "its end record does not lie within it");
      }
      ByteBuffer extended = read(folder, file, offset, END_64_LENGTH);
      if (extended.getInt(0) != END_64_SIGNATURE) {
        throw malformed(file, "its end record is not where it says");
      }
      return new Table(extended.getLong(48), extended.getLong(40));
    } catch (IllegalArgumentException negative) {
      throw malformed(file, "its table of contents does not lie within it");
    }
  }

  private static ZipEntry entry(String file, ByteBuffer table) {
    int start = table.position();
    if (table.remaining() < ENTRY_LENGTH || table.getInt(start) != ENTRY_SIGNATURE) {
      throw malformed(file, "its table of contents is damaged");
    }
    int nameLength = table.getShort(start + 28) & 0xffff;
    int extraLength = table.getShort(start + 30) & 0xffff;
    int length = ENTRY_LENGTH + nameLength + extraLength + (table.getShort(start + 32) & 0xffff);
    if (table.remaining() < length) {
      throw malformed(file, "its table of contents is cut off");
    }
    byte[] name = new byte[nameLength];
    table.get(start + ENTRY_LENGTH, name);
    ByteBuffer extra =
        table.slice(start + ENTRY_LENGTH + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN);
    boolean stored = table.getShort(start + 10) == 0 && (table.getShort(start + 8) & 1) == 0;
    table.position(start + length);
    return extended(
        file,
        new String(name, StandardCharsets.UTF_8),
        table.getInt(start + 42) & IN_EXTENSION,
        table.getInt(start + 24) & IN_EXTENSION,
        table.getInt(start + 20) & IN_EXTENSION,
        extra,
        stored);
  }

  /** Takes the numbers that do not fit 32 bits from the entry's extension. */
  private static ZipEntry extended(
      String file,
      String name,
      long headerOffset,
      long size,
      long packedSize,
      ByteBuffer extra,
      boolean stored) {
    ByteBuffer wide = extension(extra);
    try {
      long realSize = size == IN_EXTENSION ? wide.getLong() : size;
      long realPacked = packedSize == IN_EXTENSION ? wide.getLong() : packedSize;
      long realOffset = headerOffset == IN_EXTENSION ? wide.getLong() : headerOffset;
      if (realSize < 0 || realOffset < 0 || (stored && realSize != realPacked)) {
        throw malformed(file, "its entry '" + name + "' has impossible lengths");
      }
      return new ZipEntry(name, realOffset, realSize, stored);
    } catch (java.nio.BufferUnderflowException missing) {
      throw malformed(file, "its entry '" + name + "' has no lengths");
    }
  }

  private static ByteBuffer extension(ByteBuffer extra) {
    while (extra.remaining() >= 4) {
      int kind = extra.getShort() & 0xffff;
      int length = Math.min(extra.getShort() & 0xffff, extra.remaining());
      if (kind == 1) {
        return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      }
      extra.position(extra.position() + length);
    }
    return ByteBuffer.allocate(0);
  }

  private static ByteBuffer read(ObjectFolder folder, String file, long offset, int length) {
    byte[] bytes = new byte[length];
    folder.read(file, offset, MemorySegment.ofArray(bytes));
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static MergefarmException malformed(String file, String reason) {
    return TorchFailures.malformed(file, "The archive is damaged: " + reason + ".");
  }
}
