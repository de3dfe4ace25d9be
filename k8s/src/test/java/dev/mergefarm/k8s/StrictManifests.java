package dev.mergefarm.k8s;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads manifests into the classes of their kinds and refuses every field that a kind does not
 * have.
 */
final class StrictManifests {

  private static final ObjectMapper YAML =
      new ObjectMapper(new YAMLFactory()).enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();

  private static final Set<String> KUSTOMIZATION_KEYS =
      Set.of("apiVersion", "kind", "namespace", "labels", "resources", "patches");

  private StrictManifests() {}

  /** All resources of a stream of YAML documents. */
  static List<Object> read(String text) throws IOException {
    List<Object> resources = new ArrayList<>();
    for (String document : text.split("(?m)^---\\s*$")) {
      JsonNode tree = YAML.readTree(document);
      if (tree.isObject()) {
        resources.add(resource(tree, document));
      }
    }
    return resources;
  }

  private static Object resource(JsonNode tree, String document) throws IOException {
    String kind = tree.path("apiVersion").asText() + "/" + tree.path("kind").asText();
    Object resource =
        switch (kind) {
          case "kafka.strimzi.io/v1/Kafka" -> KUBERNETES.unmarshal(document, Kafka.class);
          case "kafka.strimzi.io/v1/KafkaNodePool" ->
              KUBERNETES.unmarshal(document, KafkaNodePool.class);
          case "minio.min.io/v2/Tenant" -> YAML.treeToValue(tree, MinioTenant.class);
          default -> KUBERNETES.unmarshal(document);
        };
    UnknownFields.refuse(resource, kind);
    return resource;
  }

  /** A kustomization, whose keys must all be ones we use on purpose. */
  static Map<?, ?> kustomization(String text) throws IOException {
    Map<?, ?> content = YAML.readValue(text, Map.class);
    for (Object key : content.keySet()) {
      if (!KUSTOMIZATION_KEYS.contains(key.toString())) {
        throw new IOException("unknown key in a kustomization: " + key);
      }
    }
    return content;
  }

  /** Names of the files beside a kustomization that it takes in. */
  static Set<String> filesOf(Map<?, ?> kustomization) {
    Set<String> files = new TreeSet<>();
    for (Object resource : listOf(kustomization, "resources")) {
      if (!resource.toString().startsWith("..")) {
        files.add(resource.toString());
      }
    }
    for (Object patch : listOf(kustomization, "patches")) {
      files.add(((Map<?, ?>) patch).get("path").toString());
    }
    return files;
  }

  private static List<?> listOf(Map<?, ?> content, String key) {
    return content.get(key) instanceof List<?> list ? list : List.of();
  }
}
