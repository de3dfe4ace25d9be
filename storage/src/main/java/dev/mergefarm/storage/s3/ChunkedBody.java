package dev.mergefarm.storage.s3;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;

/**
 * A body in the protocol's own chunks: each with its length before it, and after the last one the
 * checksum of all, which the server compares. Its length is known beforehand.
 */
final class ChunkedBody extends RequestBody {

  private static final MediaType TYPE = MediaType.get("application/octet-stream");
  private static final String LINE_END = "\r\n";
  private static final int CHECKSUM_LENGTH = 8;

  private final ChunkPipe pipe;
  private final long size;

  /**
   * @param size of the content, which the pipe will carry
   */
  ChunkedBody(ChunkPipe pipe, long size) {
    this.pipe = pipe;
    this.size = size;
  }

  @Override
  public MediaType contentType() {
    return TYPE;
  }

  @Override
  public long contentLength() {
    long whole = size / ChunkPipe.CHUNK;
    long rest = size % ChunkPipe.CHUNK;
    long length = whole * framed(ChunkPipe.CHUNK);
    if (rest > 0) {
      length += framed(rest);
    }
    return length + trailer("x".repeat(CHECKSUM_LENGTH)).length();
  }

  /** The pipe can be read only once. */
  @Override
  public boolean isOneShot() {
    return true;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    CRC32C checksum = new CRC32C();
    for (ChunkPipe.Chunk chunk = pipe.take(); chunk != null; chunk = pipe.take()) {
      checksum.update(chunk.bytes(), 0, chunk.length());
      write(sink, Integer.toHexString(chunk.length()) + LINE_END);
      sink.write(chunk.bytes(), 0, chunk.length());
      write(sink, LINE_END);
      pipe.giveBack(chunk);
    }
    write(sink, trailer(Checksums.encode(checksum)));
  }

  private static long framed(long length) {
    return Long.toHexString(length).length() + length + 2L * LINE_END.length();
  }

  private static String trailer(String checksum) {
    return "0" + LINE_END + Checksums.HEADER + ":" + checksum + LINE_END + LINE_END;
  }

  private static void write(BufferedSink sink, String text) throws IOException {
    sink.write(text.getBytes(StandardCharsets.US_ASCII));
  }
}
