package dev.mergefarm.farm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

  @TempDir Path parent;

  @Test
  void aFolderIsMadeAndHeldByOneFarmAtATime() {
    Path root = parent.resolve("a/b");
    try (DataFolder folder = DataFolder.open(root)) {
      assertThat(folder.kafka()).isDirectory();
      assertThat(folder.store()).isDirectory();
      MergefarmException second =
          catchThrowableOfType(MergefarmException.class, () -> DataFolder.open(root));
      assertThat(second.code()).isEqualTo(ErrorCode.DATA_FOLDER_IN_USE);
      assertThat(second.getMessage())
          .contains(root.toString())
          .contains("process " + ProcessHandle.current().pid());
    }
    DataFolder.open(root).close();
  }

  @Test
  void aFileInThePlaceOfTheFolderIsNamed() throws IOException {
    Path file = Files.createFile(parent.resolve("file"));
    MergefarmException failure =
        catchThrowableOfType(MergefarmException.class, () -> DataFolder.open(file));
    assertThat(failure.code()).isEqualTo(ErrorCode.DATA_FOLDER_UNUSABLE);
    assertThat(failure.getMessage()).contains(file.toString());
  }

  @Test
  void credentialsAreMadeOnceAndAreTheOwnersAlone() throws IOException {
    StoreCredentials made = StoreCredentials.in(parent, new SecureRandom());
    assertThat(made.accessKey()).hasSize(20);
    assertThat(made.secretKey()).hasSize(40);
    assertThat(StoreCredentials.in(parent, new SecureRandom())).isEqualTo(made);
    Path file = parent.resolve("store-credentials.properties");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }
}
