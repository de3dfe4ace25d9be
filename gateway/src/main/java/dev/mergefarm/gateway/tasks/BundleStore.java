package dev.mergefarm.gateway.tasks;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.messages.RequestedTasks;
import dev.mergefarm.proto.v1.TaskBundle;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Where bundles lie: files below {@code tasks/NAME/}, beside them a record of what the bundle is,
 * written last. While a draft marker is there the bundle is not.
 */
record BundleStore(ObjectStore store) {

  /** Names below it are the farm's own. */
  static final String PRIVATE_PREFIX = ".mergefarm/";

  private static final String RECORD = PRIVATE_PREFIX + "bundle.json";
  private static final int RECORD_BYTES = 8 << 20;

  /** The folder of a bundle, whether there is one or not. */
  ObjectFolder folder(String reference) {
    return new ObjectFolder(store, reference + "/");
  }

  /** References of all bundles, in order. */
  List<String> references() {
    return store.list(RequestedTasks.BUNDLES).stream()
        .map(ObjectInfo::key)
        .filter(key -> key.endsWith("/" + RECORD))
        .map(key -> key.substring(0, key.length() - RECORD.length() - 1))
        .toList();
  }

  Optional<TaskBundle> find(String reference) {
    ObjectFolder folder = folder(reference);
    if (folder.find(RECORD).isEmpty() || folder.find(RequestedTasks.DRAFT).isPresent()) {
      return Optional.empty();
    }
    try {
      TaskBundle.Builder bundle = TaskBundle.newBuilder();
      byte[] content = folder.readAll(RECORD, RECORD_BYTES);
      JsonFormat.parser()
          .ignoringUnknownFields()
          .merge(new String(content, StandardCharsets.UTF_8), bundle);
      return Optional.of(bundle.build());
    } catch (InvalidProtocolBufferException malformed) {
      throw new MergefarmException(
          ErrorCode.MALFORMED_JSON,
          "The record of '" + reference + "' is malformed: " + malformed.getMessage(),
          malformed);
    }
  }

  /** Hides the bundle until {@link #publish}; whatever lies in its folder is removed. */
  void beginDraft(String reference) {
    ObjectFolder folder = folder(reference);
    store.put(folder.key(RequestedTasks.DRAFT), new byte[0]);
    folder.list().stream()
        .map(ObjectInfo::key)
        .filter(name -> !name.equals(RequestedTasks.DRAFT))
        .forEach(name -> store.delete(folder.key(name)));
  }

  void publish(TaskBundle bundle) {
    ObjectFolder folder = folder(bundle.getReference());
    try {
      String json = JsonFormat.printer().print(bundle);
      store.put(folder.key(RECORD), json.getBytes(StandardCharsets.UTF_8));
    } catch (InvalidProtocolBufferException impossible) {
      throw new IllegalStateException("a bundle holds no Any", impossible);
    }
    store.delete(folder.key(RequestedTasks.DRAFT));
  }

  /** Removes a draft; its marker goes last. */
  void discard(String reference) {
    beginDraft(reference);
    store.delete(folder(reference).key(RequestedTasks.DRAFT));
  }
}
