package dev.mergefarm.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every manifest is what Kubernetes, Strimzi and the MinIO operator read, to the last field. */
class ManifestsTest {

  private static final Path K8S = Path.of(System.getProperty("mergefarm.root")).resolve("k8s");

  @TestFactory
  Stream<DynamicTest> everyManifestHasOnlyKnownFields() throws IOException {
    return manifests("").stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    K8S.relativize(file).toString(),
                    () -> assertThat(StrictManifests.read(Files.readString(file))).isNotEmpty()));
  }

  @Test
  void anUnknownFieldFails() throws IOException {
    assertMisspellingFails("base/gateway.yaml", "timeoutSeconds", "timeoutSecond");
    assertMisspellingFails("base/network-policies.yaml", "podSelector", "podSelecter");
    assertMisspellingFails("overlays/kafka-minio/kafka.yaml", "replicas", "replica");
    assertMisspellingFails("overlays/kafka-minio/minio.yaml", "volumesPerServer", "volumes");
  }

  private static void assertMisspellingFails(String file, String field, String misspelt)
      throws IOException {
    String text = Files.readString(K8S.resolve(file));
    assertThat(text).contains(field + ":");
    assertThatThrownBy(() -> StrictManifests.read(text.replace(field + ":", misspelt + ":")))
        .hasStackTraceContaining(misspelt);
  }

  @Test
  void everyFileOfAFolderIsListedInItsKustomization() throws IOException {
    for (String folder : List.of("base", "overlays/kafka-minio", "overlays/gpu")) {
      Path kustomization = K8S.resolve(folder).resolve("kustomization.yaml");
      Map<?, ?> content = StrictManifests.kustomization(Files.readString(kustomization));
      Set<String> present = new TreeSet<>();
      manifests(folder).forEach(file -> present.add(file.getFileName().toString()));
      assertThat(StrictManifests.filesOf(content)).as(folder).isEqualTo(present);
    }
  }

  @Test
  void everyContainerIsWithoutRightsWithLimitsAndProbes() throws IOException {
    for (Deployment deployment : base(Deployment.class)) {
      PodSpec pod = deployment.getSpec().getTemplate().getSpec();
      assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
      assertThat(pod.getAutomountServiceAccountToken()).isFalse();
      for (Container container : pod.getContainers()) {
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop())
            .containsExactly("ALL");
        assertThat(container.getResources().getLimits()).containsKeys("cpu", "memory");
        assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
        assertThat(container.getLivenessProbe()).isNotNull();
        assertThat(container.getReadinessProbe()).isNotNull();
      }
    }
  }

  @Test
  void everyDeploymentHasABudgetAnAccountAndAnImageThatIsBuilt() throws IOException {
    Set<String> budgets =
        base(PodDisruptionBudget.class).stream()
            .map(budget -> budget.getMetadata().getName())
            .collect(Collectors.toSet());
    List<Deployment> deployments = base(Deployment.class);
    assertThat(deployments).hasSize(3);
    for (Deployment deployment : deployments) {
      String name = deployment.getMetadata().getName();
      PodSpec pod = deployment.getSpec().getTemplate().getSpec();
      assertThat(budgets).contains(name);
      assertThat(pod.getServiceAccountName()).isEqualTo(name);
      assertThat(pod.getContainers().getFirst().getImage())
          .isEqualTo(name.replace("mergefarm-", "mergefarm/") + ":" + BuildImages.VERSION);
    }
  }

  private static <T> List<T> base(Class<T> type) throws IOException {
    List<T> found = new ArrayList<>();
    for (Path file : manifests("base")) {
      StrictManifests.read(Files.readString(file)).stream()
          .filter(type::isInstance)
          .map(type::cast)
          .forEach(found::add);
    }
    return found;
  }

  private static List<Path> manifests(String folder) throws IOException {
    try (Stream<Path> files = Files.walk(K8S.resolve(folder))) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> !file.endsWith("kustomization.yaml"))
          .filter(file -> !K8S.relativize(file).startsWith("target"))
          .sorted()
          .toList();
    }
  }
}
