package dev.mergefarm.k8s;

import com.google.cloud.tools.jib.api.JibContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Writes the images of all services: {@code BuildImages ROOT OUT [BASE]}, where ROOT is the built
 * checkout, OUT a folder for the tars, and BASE an image with Java 25.
 */
final class BuildImages {

  /** A public image with Java 25; any other with {@code java} on its path will do. */
  static final String DEFAULT_BASE = "eclipse-temurin:25-jre";

  static final String VERSION = "0.1.0";

  private BuildImages() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length < 2 || arguments.length > 3) {
      System.err.println("usage: BuildImages ROOT OUT [BASE]");
      System.exit(2);
    }
    Path root = Path.of(arguments[0]);
    Path out = Files.createDirectories(Path.of(arguments[1]));
    String base = arguments.length == 3 ? arguments[2] : DEFAULT_BASE;
    try {
      for (ServiceImage image : services(root)) {
        Path tar = out.resolve(image.service() + ".tar");
        JibContainer made = image.writeTar(base, VERSION, tar, out.resolve("cache"));
        System.out.println(tar + "  " + made.getDigest());
      }
      System.exit(0);
    } catch (IOException | IllegalArgumentException failure) {
      System.err.println("mergefarm: " + failure.getMessage());
      System.exit(1);
    }
  }

  static List<ServiceImage> services(Path root) {
    return List.of(
        new ServiceImage("gateway", application(root, "gateway"), false, Optional.empty()),
        new ServiceImage("merge-worker", application(root, "merge-worker"), true, Optional.empty()),
        new ServiceImage(
            "eval-worker",
            application(root, "eval-worker"),
            true,
            Optional.of(root.resolve("python-host/target"))));
  }

  private static Path application(Path root, String module) {
    return root.resolve(module).resolve("target/quarkus-app");
  }
}
