package dev.mergefarm.benchmarks.store;

import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.s3.S3Connection;
import dev.mergefarm.storage.s3.S3Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** A bucket on an S3 server in this process, reached directly and through a {@link Link}. */
final class ServedStore implements AutoCloseable {

  private static final String BUCKET = "benchmark";
  private static final String KEY = "benchmark";
  private static final String SECRET = "benchmark-secret";
  private static final long LARGEST_BODY = 5L << 30;

  private final S3Proxy server;
  private final Link link;
  private final S3Connection direct;
  private final S3Connection linked;

  private ServedStore(S3Proxy server, Link link) {
    this.server = server;
    this.link = link;
    this.direct = connection(server.getPort());
    this.linked = connection(link.port());
  }

  /**
   * @param folder that holds the objects
   * @param bytesPerSecond of the link in each direction; 0 for no limit
   * @param delay of the link before an answer
   */
  static ServedStore start(Path folder, long bytesPerSecond, Duration delay) throws Exception {
    Path objects = folder.resolve("objects");
    Files.createDirectories(objects.resolve(BUCKET));
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(objects.toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .v4MaxNonChunkedRequestSize(LARGEST_BODY)
            .awsAuthentication(AuthenticationType.AWS_V4, KEY, SECRET)
            .build();
    server.start();
    return new ServedStore(server, new Link(server.getPort(), bytesPerSecond, delay));
  }

  private static S3Connection connection(int port) {
    return new S3Connection(S3Settings.of(URI.create("http://127.0.0.1:" + port), KEY, SECRET));
  }

  /** For filling it. */
  ObjectStore direct() {
    return direct.bucket(BUCKET);
  }

  /** For measuring. */
  ObjectStore linked() {
    return linked.bucket(BUCKET);
  }

  @Override
  public void close() throws IOException {
    direct.close();
    linked.close();
    link.close();
    try {
      server.stop();
    } catch (Exception failure) {
      throw new IOException("the S3 server did not stop", failure);
    }
  }
}
