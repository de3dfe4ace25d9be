package dev.mergefarm.eval.task;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Task files in folders of an object store, under their whole keys. Nothing outside the folders is
 * read, whatever an include says.
 */
public final class StoreTaskFiles implements TaskFiles {

  private final ObjectStore store;
  private final List<String> folders;

  /**
   * @param folders such as {@code tasks/facts/}; a later one's tasks replace an earlier one's
   */
  public StoreTaskFiles(ObjectStore store, List<String> folders) {
    this.store = store;
    this.folders =
        folders.stream().map(folder -> folder.endsWith("/") ? folder : folder + "/").toList();
  }

  @Override
  public List<List<String>> definitions() {
    return folders.stream()
        .map(
            folder ->
                store.list(folder).stream()
                    .map(ObjectInfo::key)
                    .filter(TaskFiles::isDefinition)
                    .toList())
        .toList();
  }

  @Override
  public Optional<String> read(String path) {
    String key = TaskPaths.normalize(path);
    if (folders.stream().noneMatch(key::startsWith) || store.find(key).isEmpty()) {
      return Optional.empty();
    }
    byte[] content = store.readAll(key, TaskYaml.MAXIMUM_LENGTH);
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString());
    } catch (CharacterCodingException e) {
      throw new MergefarmException(ErrorCode.YAML_SYNTAX, path + ": not UTF-8 text", e);
    }
  }
}
