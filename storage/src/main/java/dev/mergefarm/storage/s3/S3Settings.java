package dev.mergefarm.storage.s3;

import dev.mergefarm.storage.Retries;
import io.minio.credentials.Provider;
import io.minio.credentials.StaticProvider;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;

/**
 * How to reach a store.
 *
 * @param endpoint such as {@code http://localhost:9000}; the path must be empty
 * @param region signed into requests; {@code us-east-1} where the server has none
 * @param credentials asked before each request, so that they may expire
 * @param connectTimeout for one connection
 * @param idleTimeout for a connection on which no byte moves
 * @param retries for requests that can be repeated
 * @param bufferedUpload objects up to this many bytes (at most 64 MiB) are held in memory and sent
 *     in one request, which is repeated when it fails
 * @param streamedUpload objects up to this many bytes (at most 5 GB) are sent as one stream, which
 *     cannot be repeated: a broken connection fails the upload. Larger ones go in parts, four at a
 *     time, each repeated on failure. 0 sends everything above {@code bufferedUpload} in parts
 */
public record S3Settings(
    URI endpoint,
    String region,
    Provider credentials,
    Duration connectTimeout,
    Duration idleTimeout,
    Retries.Policy retries,
    int bufferedUpload,
    long streamedUpload) {

  /** The largest object that S3 takes in one request. */
  public static final long LARGEST_STREAM = 5_000_000_000L;

  private static final int LARGEST_BUFFER = 64 << 20;

  public S3Settings {
    Objects.requireNonNull(endpoint, "endpoint");
    Objects.requireNonNull(region, "region");
    Objects.requireNonNull(credentials, "credentials");
    Objects.requireNonNull(connectTimeout, "connectTimeout");
    Objects.requireNonNull(idleTimeout, "idleTimeout");
    Objects.requireNonNull(retries, "retries");
    if (bufferedUpload < 0 || bufferedUpload > LARGEST_BUFFER) {
      throw new IllegalArgumentException(
          "bufferedUpload must be 0 to %d, found %d".formatted(LARGEST_BUFFER, bufferedUpload));
    }
    if (streamedUpload < 0 || streamedUpload > LARGEST_STREAM) {
      throw new IllegalArgumentException(
          "streamedUpload must be 0 to %d, found %d".formatted(LARGEST_STREAM, streamedUpload));
    }
  }

  /** The usual settings: 10 s to connect, 60 s idle, 8 MiB buffered, 5 GB streamed. */
  public static S3Settings of(URI endpoint, String region, Provider credentials) {
    return new S3Settings(
        endpoint,
        region,
        credentials,
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Retries.Policy.STANDARD,
        8 << 20,
        LARGEST_STREAM);
  }

  /** The usual settings with a fixed key pair, in {@code us-east-1}. */
  public static S3Settings of(URI endpoint, String accessKey, String secretKey) {
    return of(endpoint, "us-east-1", new StaticProvider(accessKey, secretKey, null));
  }

  public S3Settings withRetries(Retries.Policy policy) {
    return new S3Settings(
        endpoint,
        region,
        credentials,
        connectTimeout,
        idleTimeout,
        policy,
        bufferedUpload,
        streamedUpload);
  }

  public S3Settings withTimeouts(Duration connect, Duration idle) {
    return new S3Settings(
        endpoint, region, credentials, connect, idle, retries, bufferedUpload, streamedUpload);
  }

  public S3Settings withUploads(int buffered, long streamed) {
    return new S3Settings(
        endpoint, region, credentials, connectTimeout, idleTimeout, retries, buffered, streamed);
  }

  /** Keeps the credentials to itself. */
  @Override
  public String toString() {
    return "S3Settings[" + endpoint + ", " + region + "]";
  }
}
