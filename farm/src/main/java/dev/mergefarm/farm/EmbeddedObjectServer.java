package dev.mergefarm.farm;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** An S3 server in this process, on the loopback address, over a directory: buckets are folders. */
final class EmbeddedObjectServer implements AutoCloseable {

  /** Largest body in one piece, in bytes: what S3 itself allows. */
  private static final long LARGEST_BODY = 5L << 30;

  private final S3Proxy server;

  private EmbeddedObjectServer(S3Proxy server) {
    this.server = server;
  }

  /**
   * Starts the server on any free port.
   *
   * @param bucket created when it is not there
   */
  static EmbeddedObjectServer start(Path directory, String bucket, StoreCredentials credentials) {
    Path root = directory.toAbsolutePath();
    try {
      Files.createDirectories(root.resolve(bucket));
      return new EmbeddedObjectServer(start(root, credentials));
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new IllegalStateException("the embedded S3 server did not start", failure);
    }
  }

  private static S3Proxy start(Path root, StoreCredentials credentials) throws Exception {
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(root.toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .v4MaxNonChunkedRequestSize(LARGEST_BODY)
            .awsAuthentication(
                AuthenticationType.AWS_V4, credentials.accessKey(), credentials.secretKey())
            .build();
    server.start();
    return server;
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception failure) {
      throw new IllegalStateException("the embedded S3 server did not stop", failure);
    }
  }
}
