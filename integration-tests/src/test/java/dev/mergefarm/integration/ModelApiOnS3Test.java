package dev.mergefarm.integration;

/** Models kept in the embedded S3 server. */
class ModelApiOnS3Test extends ModelApiContract {

  ModelApiOnS3Test() {
    super("s3");
  }
}
