package dev.mergefarm.gateway.upload;

import com.google.protobuf.ByteString;

/**
 * Files on their way in. Calls come one at a time. Closing an upload that was not finished removes
 * what was written.
 *
 * @param <A> what a finished upload is answered with
 */
public interface Upload<A> extends AutoCloseable {

  /** Appends bytes to the file whose turn it is. */
  void write(ByteString chunk);

  /** Checks what was sent, and makes it visible. */
  A finish();

  @Override
  void close();
}
