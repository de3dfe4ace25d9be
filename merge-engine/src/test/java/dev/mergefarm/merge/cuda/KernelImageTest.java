package dev.mergefarm.merge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The compiled kernels that are part of the engine are those of the sources. */
class KernelImageTest {

  private static final int FATBIN_MAGIC = 0xBA55ED50;
  private static final int MOST_BYTES = 5_000_000;

  private static byte[] resource(String name) throws IOException {
    try (InputStream stream = Device.class.getResourceAsStream(name)) {
      assertThat(stream).as(name).isNotNull();
      return stream.readAllBytes();
    }
  }

  private static String sha256(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  /** As {@code sha256sum} lists them, and of that list the digest again. */
  private static String digestOfSources() throws Exception {
    StringBuilder list = new StringBuilder();
    try (Stream<Path> files = Files.list(HostLibrary.KERNELS)) {
      List<Path> sources =
          files.filter(file -> file.toString().matches(".*\\.(cu|cuh|sh)")).sorted().toList();
      for (Path source : sources) {
        list.append(sha256(Files.readAllBytes(source)));
        list.append("  ./").append(source.getFileName()).append('\n');
      }
    }
    return sha256(list.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theImageWasBuiltFromTheSourcesBesideIt() throws Exception {
    String recorded = new String(resource("kernels.sources"), StandardCharsets.UTF_8).strip();

    assertThat(digestOfSources())
        .as("sources changed: run merge-engine/src/main/cuda/build.sh where nvcc 13 is")
        .isEqualTo(recorded);
  }

  @Test
  void theImageIsAFatbinOfAModestSize() throws Exception {
    byte[] image = resource("kernels.fatbin");

    assertThat(ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).getInt())
        .isEqualTo(FATBIN_MAGIC);
    assertThat(image).hasSizeLessThan(MOST_BYTES);
  }
}
