package dev.mergefarm.eval.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file of a data set, wherever it is.
 *
 * @param name for messages and for telling format and split
 * @param path where it lies on this machine, if it does
 * @param content opens its bytes
 */
public record DataFile(String name, Optional<Path> path, Content content) {

  /** Opens a file's bytes; the caller closes them. */
  @FunctionalInterface
  public interface Content {
    InputStream open() throws IOException;
  }
}
