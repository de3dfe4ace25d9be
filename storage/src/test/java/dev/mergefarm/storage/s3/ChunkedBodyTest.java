package dev.mergefarm.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import okio.Buffer;
import okio.BufferedSink;
import okio.ForwardingSink;
import okio.Okio;
import org.junit.jupiter.api.Test;

class ChunkedBodyTest {

  private static final int SIZE = ChunkPipe.CHUNK + 10_000;

  private static byte[] random(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  /** Takes everything, and says when the first chunk has begun to trickle. */
  private static final class CountingSink extends ForwardingSink {

    private final CountDownLatch trickled = new CountDownLatch(1);
    private final Buffer received;

    CountingSink(Buffer received) {
      super(received);
      this.received = received;
    }

    @Override
    public void flush() throws IOException {
      super.flush();
      if (received.size() > ChunkPipe.CHUNK - 50_000) {
        trickled.countDown();
      }
    }
  }

  @Test
  void aStalledStreamTricklesAndArrivesWhole() throws Exception {
    byte[] content = random(SIZE);
    ChunkPipe pipe = new ChunkPipe();
    ChunkedBody body = new ChunkedBody(pipe, SIZE, Duration.ofMillis(1));
    Buffer received = new Buffer();
    CountingSink counting = new CountingSink(received);
    BufferedSink sink = Okio.buffer(counting);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> sent =
          executor.submit(
              () -> {
                body.writeTo(sink);
                sink.flush();
                return null;
              });
      pipe.write(MemorySegment.ofArray(content).asSlice(0, ChunkPipe.CHUNK));
      counting.trickled.await();
      pipe.write(MemorySegment.ofArray(content).asSlice(ChunkPipe.CHUNK));
      pipe.end();
      sent.get();
    }

    assertThat(received.size()).isEqualTo(body.contentLength());
    assertThat(received.readUtf8Line()).isEqualTo("100000");
    byte[] first = received.readByteArray(ChunkPipe.CHUNK);
    assertThat(received.readUtf8Line()).isEmpty();
    assertThat(received.readUtf8Line()).isEqualTo("2710");
    byte[] second = received.readByteArray(10_000);
    assertThat(first).isEqualTo(java.util.Arrays.copyOf(content, ChunkPipe.CHUNK));
    assertThat(second).isEqualTo(java.util.Arrays.copyOfRange(content, ChunkPipe.CHUNK, SIZE));
    assertThat(received.readString(StandardCharsets.US_ASCII))
        .matches("\r\n0\r\nx-amz-checksum-crc32c:[A-Za-z0-9+/]{6}==\r\n\r\n");
  }

  @Test
  void aStreamThatIsGivenUpFailsOnBothSides() throws Exception {
    ChunkPipe pipe = new ChunkPipe();
    ChunkedBody body = new ChunkedBody(pipe, SIZE, Duration.ofMillis(1));
    pipe.breakOff();

    assertThatThrownBy(() -> body.writeTo(new Buffer())).isInstanceOf(IOException.class);
    assertThat(pipe.write(MemorySegment.ofArray(random(SIZE)))).isFalse();
  }
}
