package dev.mergefarm.gateway.upload;

import com.google.protobuf.ByteString;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.request.Limits;
import dev.mergefarm.gateway.request.RequestChecks;
import dev.mergefarm.storage.ObjectKeys;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Cuts a stream of chunks into the files that its header announced. Not thread safe. */
public final class IncomingFiles {

  private final List<IncomingFile> files;
  private final Target target;
  private int current = -1;
  private long left;

  /** Where the files go. */
  public interface Target {

    /** The next file begins. */
    void begin(IncomingFile file);

    /** More bytes of the file. */
    void write(MemorySegment bytes);

    /** The file is complete. */
    void end(IncomingFile file);
  }

  public IncomingFiles(List<IncomingFile> files, Target target) {
    this.files = List.copyOf(files);
    this.target = target;
  }

  /**
   * Adds everything that is wrong with announced files: how many, their names and lengths.
   *
   * @param privatePrefix names below it are the farm's own
   */
  public static void check(
      Problems problems, String path, List<IncomingFile> files, String privatePrefix) {
    if (files.isEmpty() || files.size() > Limits.FILES) {
      problems.error(
          ErrorCode.REQUEST_LIMIT,
          path,
          "1 to " + Limits.FILES + " files are allowed, found " + files.size() + ".");
      return;
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < files.size(); i++) {
      String at = path + "[" + i + "]";
      IncomingFile file = files.get(i);
      RequestChecks.notNegative(problems, at + ".bytes", file.bytes());
      ObjectKeys.fault(file.name())
          .ifPresent(
              fault ->
                  problems.error(
                      ErrorCode.INVALID_VALUE, at + ".name", "The file's name " + fault + "."));
      if (file.name().startsWith(privatePrefix)) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            at + ".name",
            "Names below " + privatePrefix + " are the farm's own.");
      }
      if (!names.add(file.name())) {
        problems.error(
            ErrorCode.INVALID_VALUE, at + ".name", "'" + file.name() + "' is there twice.");
      }
    }
  }

  /** Opens the first file; to be called once, before the first chunk. */
  public void begin() {
    advance();
  }

  /**
   * @throws MergefarmException with {@code INVALID_VALUE} for a chunk that is too large, or longer
   *     than what is left of its file
   */
  public void write(ByteString chunk) {
    if (chunk.size() > Limits.CHUNK_BYTES) {
      throw wrong("A chunk has " + chunk.size() + " bytes; at most " + Limits.CHUNK_BYTES + ".");
    }
    if (chunk.isEmpty()) {
      return;
    }
    if (current == files.size()) {
      throw wrong("Bytes come after the last file.");
    }
    if (chunk.size() > left) {
      throw wrong("The file '" + files.get(current).name() + "' is longer than announced.");
    }
    target.write(MemorySegment.ofBuffer(chunk.asReadOnlyByteBuffer()));
    left -= chunk.size();
    if (left == 0) {
      target.end(files.get(current));
      advance();
    }
  }

  /**
   * @throws MergefarmException with {@code INVALID_VALUE} when bytes are missing
   */
  public void requireComplete() {
    if (current < files.size()) {
      throw wrong(
          "The stream ends "
              + left
              + " bytes before the end of '"
              + files.get(current).name()
              + "'.");
    }
  }

  /** Moves on to the next file that has bytes; files without any are complete at once. */
  private void advance() {
    for (current++; current < files.size(); current++) {
      IncomingFile file = files.get(current);
      target.begin(file);
      left = file.bytes();
      if (left > 0) {
        return;
      }
      target.end(file);
    }
  }

  private static MergefarmException wrong(String message) {
    return new MergefarmException(ErrorCode.INVALID_VALUE, message);
  }
}
