package dev.mergefarm.k8s;

import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.List;

/**
 * The part of the MinIO operator's Tenant ({@code minio.min.io/v2}) that our manifest uses; any
 * other field fails. The operator publishes no Java classes.
 */
record MinioTenant(String apiVersion, String kind, ObjectMeta metadata, Spec spec) {

  record Spec(
      LocalObjectReference configuration,
      boolean requestAutoCert,
      String mountPath,
      List<Bucket> buckets,
      List<Pool> pools) {}

  record Bucket(String name, String region) {}

  record Pool(
      String name,
      int servers,
      int volumesPerServer,
      PersistentVolumeClaim volumeClaimTemplate,
      ResourceRequirements resources,
      PodSecurityContext securityContext,
      SecurityContext containerSecurityContext) {}
}
