package dev.mergefarm.storage;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Gives each failure of the file system its code. */
final class LocalFailures {

  private LocalFailures() {}

  static MergefarmException of(String action, Path path, IOException failure) {
    String message = "Cannot " + action + " '" + path + "': " + failure + ".";
    return switch (failure) {
      case ClosedByInterruptException interrupted ->
          new MergefarmException(
              ErrorCode.CANCELLED, "Interrupted at '" + path + "'.", interrupted);
      case NoSuchFileException absent ->
          new MergefarmException(ErrorCode.OBJECT_NOT_FOUND, message, absent);
      case AccessDeniedException denied ->
          new MergefarmException(ErrorCode.STORE_DENIED, message, denied);
      default -> new MergefarmException(codeOf(action, path), message, failure);
    };
  }

  /** The cause of a failed write is only told in words, so the free space decides. */
  private static ErrorCode codeOf(String action, Path path) {
    if (action.equals("write")) {
      try {
        Path folder = path.getParent();
        FileStore store = Files.getFileStore(Files.exists(path) ? path : folder);
        if (store.getUsableSpace() < 1 << 20) {
          return ErrorCode.STORE_FULL;
        }
      } catch (IOException unknown) {
        return ErrorCode.STORE_UNAVAILABLE;
      }
    }
    return ErrorCode.STORE_UNAVAILABLE;
  }
}
