package dev.mergefarm.k8s;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.Port;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/**
 * The image of one service: its Quarkus application on a Java 25 runtime, the libraries in a layer
 * of their own, run by a user without rights. Two builds of the same files give the same digest.
 *
 * @param service name of the module, and of the image
 * @param application the built {@code quarkus-app} folder
 * @param vectors whether the service computes on the Vector API
 * @param pythonHost the build folder of the process for Python helpers, where the service starts
 *     that process
 */
record ServiceImage(String service, Path application, boolean vectors, Optional<Path> pythonHost) {

  /** Runs as nobody in particular; the manifests say the same. */
  static final String USER = "10001:10001";

  private static final AbsoluteUnixPath HOME = AbsoluteUnixPath.get("/mergefarm");

  private static final AbsoluteUnixPath PYTHON = HOME.resolve("python");

  ServiceImage {
    if (!Files.isRegularFile(application.resolve("quarkus-run.jar"))) {
      throw new IllegalArgumentException(
          "%s is not built: %s has no quarkus-run.jar".formatted(service, application));
    }
  }

  /**
   * Writes the image as a tar that {@code docker load}, {@code ctr images import} and {@code
   * skopeo} read.
   *
   * @param base reference of an image with Java 25, a tar of one, or {@code scratch}
   * @param version tag of the image
   * @param caches folder for layers between builds
   */
  JibContainer writeTar(String base, String version, Path tar, Path caches)
      throws IOException, InterruptedException {
    try {
      return container(base)
          .containerize(
              Containerizer.to(
                      TarImage.at(tar)
                          .named(ImageReference.parse("mergefarm/" + service + ":" + version)))
                  .setBaseImageLayersCache(caches.resolve("base"))
                  .setApplicationLayersCache(caches.resolve("application"))
                  .setToolName("mergefarm"));
    } catch (InvalidImageReferenceException
        | RegistryException
        | CacheDirectoryCreationException
        | ExecutionException failure) {
      throw new IOException(
          "the image of %s on %s could not be made: %s"
              .formatted(service, base, failure.getMessage()),
          failure);
    }
  }

  private JibContainerBuilder container(String base)
      throws IOException, InvalidImageReferenceException {
    JibContainerBuilder builder =
        switch (base) {
          case "scratch" -> Jib.fromScratch();
          case String tar when tar.endsWith(".tar") -> Jib.from(TarImage.at(Path.of(tar)));
          default -> Jib.from(base);
        };
    if (pythonHost.isPresent()) {
      builder.addFileEntriesLayer(pythonLayer(pythonHost.get()));
    }
    return builder
        .addFileEntriesLayer(layer("libraries", List.of("lib")))
        .addFileEntriesLayer(layer("application", List.of("app", "quarkus", "quarkus-run.jar")))
        .setEntrypoint(entrypoint())
        .setEnvironment(Map.of("HOME", "/tmp"))
        .setWorkingDirectory(AbsoluteUnixPath.get("/tmp"))
        .setUser(USER)
        .setExposedPorts(Set.of(Port.tcp(8080)))
        .setCreationTime(Instant.EPOCH);
  }

  private FileEntriesLayer layer(String name, List<String> entries) throws IOException {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
    for (String entry : entries) {
      layer.addEntryRecursive(application.resolve(entry), HOME.resolve(entry));
    }
    return layer.build();
  }

  /** The helper process: its own jar, and the libraries that its build lists. */
  private static FileEntriesLayer pythonLayer(Path build) throws IOException {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName("python");
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> own = Files.newDirectoryStream(build, "mergefarm-*.jar")) {
      own.forEach(jars::add);
    }
    for (String library : Files.readString(build.resolve("classpath")).split(File.pathSeparator)) {
      jars.add(Path.of(library.strip()));
    }
    for (Path jar : jars) {
      layer.addEntry(jar, PYTHON.resolve(jar.getFileName().toString()));
    }
    return layer.build();
  }

  private List<String> entrypoint() {
    List<String> command = new ArrayList<>(List.of("java"));
    if (vectors) {
      command.add("--add-modules=jdk.incubator.vector");
    }
    if (pythonHost.isPresent()) {
      command.add("-Dmergefarm.python.host=" + PYTHON);
    }
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:MaxRAMPercentage=50",
            "-jar",
            HOME.resolve("quarkus-run.jar").toString()));
    return command;
  }
}
