package dev.mergefarm.python;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Messages on a pair of streams: four bytes of length, highest first, then JSON in UTF-8. */
final class Frames {

  /** Longest message in bytes. */
  static final int LONGEST = 1 << 28;

  private final DataInputStream input;
  private final DataOutputStream output;

  Frames(InputStream input, OutputStream output) {
    this.input = new DataInputStream(new BufferedInputStream(input, 1 << 16));
    this.output = new DataOutputStream(new BufferedOutputStream(output, 1 << 16));
  }

  /** The next message, or null at the end of the stream. */
  String read() throws IOException {
    int length;
    try {
      length = input.readInt();
    } catch (EOFException e) {
      return null;
    }
    if (length < 0 || length > LONGEST) {
      throw new IOException("a message of " + length + " bytes is not allowed");
    }
    return new String(input.readNBytes(length), StandardCharsets.UTF_8);
  }

  /** Sends one message; safe for several threads. */
  synchronized void write(String message) throws IOException {
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > LONGEST) {
      throw new IOException("a message of " + bytes.length + " bytes is not allowed");
    }
    output.writeInt(bytes.length);
    output.write(bytes);
    output.flush();
  }
}
