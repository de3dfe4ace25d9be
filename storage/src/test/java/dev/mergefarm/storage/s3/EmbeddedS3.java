package dev.mergefarm.storage.s3;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** An S3 server in this process, with its objects in a directory. */
final class EmbeddedS3 implements AutoCloseable {

  static final String KEY = "test-key";
  static final String SECRET = "test-secret";

  private final S3Proxy server;
  private final AtomicInteger buckets = new AtomicInteger();

  EmbeddedS3(Path directory) throws Exception {
    server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(directory.toAbsolutePath().toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, KEY, SECRET)
            .build();
    server.start();
  }

  int port() {
    return server.getPort();
  }

  S3Settings settings() {
    return settings(port());
  }

  static S3Settings settings(int port) {
    return S3Settings.of(URI.create("http://127.0.0.1:" + port), KEY, SECRET);
  }

  /** A new, empty bucket's name. */
  String newBucket() {
    String name = "bucket-" + buckets.incrementAndGet();
    try (S3Connection connection = new S3Connection(settings())) {
      connection.createBucket(name);
    }
    return name;
  }

  @Override
  public void close() throws IOException {
    try {
      server.stop();
    } catch (Exception failure) {
      throw new IOException("the server did not stop", failure);
    }
  }
}
