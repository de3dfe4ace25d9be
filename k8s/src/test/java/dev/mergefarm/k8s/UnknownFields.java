package dev.mergefarm.k8s;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/** Finds the fields that a Kubernetes model class could not place and kept aside. */
final class UnknownFields {

  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private UnknownFields() {}

  /**
   * @throws IOException naming the first unknown fields and where they stand
   */
  static void refuse(Object resource, String path) throws IOException {
    try {
      new UnknownFields().walk(resource, path);
    } catch (ReflectiveOperationException inaccessible) {
      throw new IOException(inaccessible);
    }
  }

  private void walk(Object value, String path) throws IOException, ReflectiveOperationException {
    if (value == null || !seen.add(value)) {
      return;
    }
    if (value instanceof Collection<?> items) {
      for (Object item : items) {
        walk(item, path + "[]");
      }
    } else if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        walk(entry.getValue(), path + "." + entry.getKey());
      }
    } else if (isModel(value.getClass())) {
      refuseAdditional(value, path);
      walkFields(value, path);
    }
  }

  private static boolean isModel(Class<?> type) {
    return !type.isEnum()
        && (type.getName().startsWith("io.fabric8.kubernetes.api.model.")
            || type.getName().startsWith("io.strimzi.api.")
            || type.getName().startsWith("dev.mergefarm.k8s."));
  }

  private static void refuseAdditional(Object value, String path)
      throws IOException, ReflectiveOperationException {
    try {
      Object additional = value.getClass().getMethod("getAdditionalProperties").invoke(value);
      if (additional instanceof Map<?, ?> map && !map.isEmpty()) {
        throw new IOException("unknown fields at " + path + ": " + map.keySet());
      }
    } catch (NoSuchMethodException keepsNone) {
      // Such a class fails on unknown fields by itself.
    }
  }

  private void walkFields(Object value, String path)
      throws IOException, ReflectiveOperationException {
    for (Class<?> type = value.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          walk(field.get(value), path + "." + field.getName());
        }
      }
    }
  }
}
