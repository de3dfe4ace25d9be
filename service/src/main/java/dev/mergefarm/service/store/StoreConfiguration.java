package dev.mergefarm.service.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Where the farm keeps its objects; every process of a farm must have the same. */
@ConfigMapping(prefix = "mergefarm.store")
public interface StoreConfiguration {

  /** A local directory; either this or an S3 server must be given. */
  Optional<Path> directory();

  /** An S3 server. */
  S3 s3();

  /** How to reach an S3 server. */
  interface S3 {

    /** Such as {@code http://localhost:9000}, without a path. */
    Optional<URI> endpoint();

    /** Signed into requests. */
    @WithDefault("us-east-1")
    String region();

    /** The bucket that holds the farm's objects; it must exist. */
    @WithDefault("mergefarm")
    String bucket();

    /** Name of the key pair. */
    Optional<String> accessKey();

    /** Its secret. */
    Optional<String> secretKey();
  }
}
