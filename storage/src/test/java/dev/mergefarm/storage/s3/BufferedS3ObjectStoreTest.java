package dev.mergefarm.storage.s3;

/** The contract with objects that are held in memory first. */
class BufferedS3ObjectStoreTest extends S3StoreContract {

  @Override
  S3Settings uploads(S3Settings settings) {
    return settings;
  }
}
