package dev.mergefarm.service.store;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Where the farm keeps its objects; every process of a farm must have the same. */
@ConfigMapping(prefix = "mergefarm.store")
public interface StoreConfiguration {

  /** A local directory. */
  Optional<Path> directory();
}
