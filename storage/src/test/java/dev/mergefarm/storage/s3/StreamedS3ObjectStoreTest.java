package dev.mergefarm.storage.s3;

/** The contract with objects that are sent as one stream. */
class StreamedS3ObjectStoreTest extends S3StoreContract {

  @Override
  S3Settings uploads(S3Settings settings) {
    return settings.withUploads(0, S3Settings.LARGEST_STREAM);
  }
}
