package dev.mergefarm.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.tools.jib.api.JibContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceImageTest {

  @TempDir private Path folder;
  private Path application;

  @BeforeEach
  void buildAnApplication() throws IOException {
    application = folder.resolve("quarkus-app");
    for (String part : new String[] {"lib/main", "app", "quarkus"}) {
      Files.createDirectories(application.resolve(part));
      Files.writeString(application.resolve(part).resolve("x.jar"), part);
    }
    Files.writeString(application.resolve("quarkus-run.jar"), "run");
  }

  @Test
  void theSameFilesGiveTheSameDigest() throws Exception {
    JibContainer first = image().writeTar("scratch", "1", tar("first"), folder.resolve("a"));
    JibContainer second = image().writeTar("scratch", "1", tar("second"), folder.resolve("b"));
    assertThat(first.getDigest()).isEqualTo(second.getDigest());
    assertThat(tar("first")).isNotEmptyFile();
  }

  @Test
  void theImageRunsAsAUserWithoutRightsOnOnePort() throws Exception {
    image().writeTar("scratch", "1", tar("image"), folder.resolve("a"));
    assertThat(TarEntries.configuration(tar("image")))
        .contains("\"User\":\"10001:10001\"")
        .contains("8080/tcp")
        .contains("--add-modules=jdk.incubator.vector")
        .contains("/mergefarm/quarkus-run.jar");
  }

  @Test
  void aServiceThatRunsHelpersCarriesTheirProcessApart() throws Exception {
    Path host = Files.createDirectories(folder.resolve("python-host"));
    Files.writeString(host.resolve("mergefarm-python-host-1.jar"), "host");
    Path library = Files.writeString(folder.resolve("polyglot.jar"), "library");
    Files.writeString(host.resolve("classpath"), library.toString());
    ServiceImage image = new ServiceImage("eval-worker", application, true, Optional.of(host));
    image.writeTar("scratch", "1", tar("image"), folder.resolve("a"));
    assertThat(TarEntries.configuration(tar("image")))
        .contains("-Dmergefarm.python.host=/mergefarm/python");
  }

  @Test
  void anApplicationThatIsNotBuiltIsRefusedByName() {
    assertThatThrownBy(
            () -> new ServiceImage("gateway", folder.resolve("absent"), false, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gateway is not built");
  }

  private ServiceImage image() {
    return new ServiceImage("merge-worker", application, true, Optional.empty());
  }

  private Path tar(String name) {
    return folder.resolve(name + ".tar");
  }
}
