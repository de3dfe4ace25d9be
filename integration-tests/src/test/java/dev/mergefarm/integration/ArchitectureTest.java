package dev.mergefarm.integration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Holds the dependency table of {@code docs/architecture.md}: who may use whom, and who knows
 * frameworks.
 */
class ArchitectureTest {

  private static final Path ROOT = Path.of(System.getProperty("mergefarm.root"));

  /** Module folder to its package and the packages of the modules that it may use. */
  private static final Map<String, Module> MODULES = new LinkedHashMap<>();

  private record Module(String basePackage, Set<String> mayUse) {}

  static {
    module("common", "common");
    module("proto", "proto");
    module("storage", "storage", "common");
    module("embedded-kafka", "embeddedkafka");
    module("jobs", "jobs", "common", "proto");
    module("merge-engine", "merge", "common", "storage");
    module("eval-engine", "eval", "common", "storage");
    module("python-host", "python");
    module("messages", "messages", "common", "proto", "storage", "merge", "eval");
    module("service", "service", "common", "proto", "jobs", "storage", "merge");
    module(
        "merge-worker",
        "mergeworker",
        "common",
        "proto",
        "jobs",
        "storage",
        "service",
        "messages",
        "merge");
    module(
        "eval-worker",
        "evalworker",
        "common",
        "proto",
        "jobs",
        "storage",
        "service",
        "messages",
        "merge",
        "eval");
    module(
        "gateway",
        "gateway",
        "common",
        "proto",
        "jobs",
        "storage",
        "service",
        "messages",
        "merge",
        "eval");
    module("cli", "cli", "common", "proto", "storage", "messages", "merge", "eval");
    module(
        "farm",
        "farm",
        "common",
        "embeddedkafka",
        "proto",
        "jobs",
        "storage",
        "service",
        "gateway",
        "mergeworker",
        "evalworker",
        "merge",
        "eval");
  }

  private static final List<String> WITHOUT_FRAMEWORKS =
      List.of("common", "storage", "merge-engine", "eval-engine");

  private static final String[] FRAMEWORKS = {
    "io.quarkus..",
    "jakarta..",
    "org.eclipse.microprofile..",
    "io.smallrye..",
    "org.apache.kafka..",
    "io.grpc..",
    "com.google.protobuf.."
  };

  private static void module(String folder, String basePackage, String... mayUse) {
    MODULES.put(folder, new Module("dev.mergefarm." + basePackage, Set.of(mayUse)));
  }

  @TestFactory
  Stream<DynamicTest> eachModuleUsesOnlyTheModulesItMay() {
    return MODULES.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(), () -> checkModule(entry.getKey(), entry.getValue())));
  }

  private static void checkModule(String folder, Module module) {
    JavaClasses classes = classesOf(folder);
    DescribedPredicate<JavaClass> foreign =
        DescribedPredicate.describe(
            "in a module that %s may not use".formatted(folder),
            used ->
                used.getPackageName().startsWith("dev.mergefarm.")
                    && !within(used, module.basePackage())
                    && module.mayUse().stream()
                        .noneMatch(name -> within(used, "dev.mergefarm." + name)));
    noClasses().should().dependOnClassesThat(foreign).check(classes);
  }

  private static boolean within(JavaClass used, String basePackage) {
    return used.getPackageName().equals(basePackage)
        || used.getPackageName().startsWith(basePackage + ".");
  }

  @TestFactory
  Stream<DynamicTest> enginesAndStorageKnowNoFramework() {
    return WITHOUT_FRAMEWORKS.stream()
        .map(
            folder ->
                DynamicTest.dynamicTest(
                    folder,
                    () ->
                        noClasses()
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(FRAMEWORKS)
                            .check(classesOf(folder))));
  }

  @Test
  void everyModuleOfTheBuildIsInTheTable() throws Exception {
    Set<String> outside = Set.of("k8s", "integration-tests", "benchmarks");
    List<String> modules =
        Files.readAllLines(ROOT.resolve("pom.xml")).stream()
            .map(String::strip)
            .filter(line -> line.startsWith("<module>"))
            .map(line -> line.replaceAll("</?module>", ""))
            .filter(name -> !outside.contains(name))
            .toList();
    assertThat(MODULES.keySet()).containsAll(modules);
  }

  private static JavaClasses classesOf(String folder) {
    Path compiled = ROOT.resolve(folder).resolve("target/classes");
    assertThat(compiled).as("compiled classes of " + folder).isDirectory();
    return new ClassFileImporter().importPath(compiled);
  }
}
