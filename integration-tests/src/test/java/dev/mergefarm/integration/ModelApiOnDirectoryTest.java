package dev.mergefarm.integration;

/** Models kept in a directory. */
class ModelApiOnDirectoryTest extends ModelApiContract {

  ModelApiOnDirectoryTest() {
    super("local");
  }
}
