package dev.mergefarm.storage.s3;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.CRC32C;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;

/**
 * A body in the protocol's own chunks: each with its length before it, and after the last one the
 * checksum of all, which the server compares. Its length is known beforehand.
 *
 * <p>Servers close a connection on which nothing moves (some after 30 s), while a merge may think
 * about one tensor for minutes. So the end of each chunk is held back until the next one is there,
 * and trickles out meanwhile.
 */
final class ChunkedBody extends RequestBody {

  private static final MediaType TYPE = MediaType.get("application/octet-stream");
  private static final String LINE_END = "\r\n";
  private static final int CHECKSUM_LENGTH = 8;

  /** How long nothing may move. */
  private static final Duration STALL = Duration.ofSeconds(10);

  /** Bytes of a chunk that are held back, and bytes sent of them at a time: enough for 11 min. */
  private static final int RESERVE = 64 << 10;

  private static final int TRICKLE = 1 << 10;

  private final ChunkPipe pipe;
  private final long size;
  private final Duration stall;

  /**
   * @param size of the content, which the pipe will carry
   */
  ChunkedBody(ChunkPipe pipe, long size) {
    this(pipe, size, STALL);
  }

  ChunkedBody(ChunkPipe pipe, long size, Duration stall) {
    this.pipe = pipe;
    this.size = size;
    this.stall = stall;
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
      writeSlowly(sink, chunk);
      write(sink, LINE_END);
      pipe.giveBack(chunk);
    }
    write(sink, trailer(Checksums.encode(checksum)));
  }

  private void writeSlowly(BufferedSink sink, ChunkPipe.Chunk chunk) throws IOException {
    int sent = Math.max(0, chunk.length() - RESERVE);
    sink.write(chunk.bytes(), 0, sent);
    while (sent < chunk.length() - TRICKLE && !pipe.awaitNext(stall)) {
      sink.write(chunk.bytes(), sent, TRICKLE);
      sink.flush();
      sent += TRICKLE;
    }
    sink.write(chunk.bytes(), sent, chunk.length() - sent);
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
