package dev.mergefarm.storage.s3;

import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.Retries;
import io.minio.MinioAsyncClient;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;

/**
 * One store server with its connections, shared by the stores of all its buckets. Safe for many
 * threads; close it after the last of them.
 */
public final class S3Connection implements AutoCloseable {

  /** Ranges, parts and small requests under way at a time; the client's own default is 5. */
  private static final int REQUESTS_AT_ONCE = 128;

  private final S3Settings settings;
  private final OkHttpClient http;
  private final MinioAsyncClient client;
  private final S3Calls calls;
  private final InstantSource clock;

  public S3Connection(S3Settings settings) {
    this(settings, Retries.Time.SYSTEM, InstantSource.system(), RandomGenerator.getDefault());
  }

  /**
   * @param time paces retries
   * @param clock dates signatures
   * @param random spreads retries
   */
  public S3Connection(
      S3Settings settings, Retries.Time time, InstantSource clock, RandomGenerator random) {
    this.settings = settings;
    this.clock = clock;
    Dispatcher dispatcher = new Dispatcher();
    dispatcher.setMaxRequests(REQUESTS_AT_ONCE);
    dispatcher.setMaxRequestsPerHost(REQUESTS_AT_ONCE);
    this.http =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .connectTimeout(settings.connectTimeout())
            .readTimeout(settings.idleTimeout())
            .writeTimeout(settings.idleTimeout())
            .followRedirects(false)
            .build();
    this.client =
        MinioAsyncClient.builder()
            .endpoint(settings.endpoint().toString())
            .region(settings.region())
            .credentialsProvider(settings.credentials())
            .httpClient(http)
            .build();
    this.calls = new S3Calls(new Retries(settings.retries(), time, random));
  }

  /** The store in a bucket; closing it leaves the connection open. */
  public ObjectStore bucket(String name) {
    return new S3ObjectStore(this, name);
  }

  /** Makes a bucket unless it is there. */
  public void createBucket(String name) {
    S3Buckets.create(this, name);
  }

  @Override
  public void close() {
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }

  S3Settings settings() {
    return settings;
  }

  OkHttpClient http() {
    return http;
  }

  MinioAsyncClient client() {
    return client;
  }

  S3Calls calls() {
    return calls;
  }

  InstantSource clock() {
    return clock;
  }
}
