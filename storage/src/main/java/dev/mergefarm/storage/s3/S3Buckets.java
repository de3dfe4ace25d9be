package dev.mergefarm.storage.s3;

import io.minio.BucketExistsArgs;
import io.minio.MakeBucketArgs;

/** Buckets as such. */
final class S3Buckets {

  private S3Buckets() {}

  static void create(S3Connection connection, String name) {
    String what = "bucket '" + name + "'";
    boolean exists =
        connection
            .calls()
            .call(
                what,
                () ->
                    connection
                        .client()
                        .bucketExists(BucketExistsArgs.builder().bucket(name).build()));
    if (!exists) {
      connection
          .calls()
          .call(
              what,
              () -> connection.client().makeBucket(MakeBucketArgs.builder().bucket(name).build()));
    }
  }
}
