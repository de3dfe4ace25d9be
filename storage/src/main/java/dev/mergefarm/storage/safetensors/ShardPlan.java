package dev.mergefarm.storage.safetensors;

import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;

/**
 * How a checkpoint is cut into files. A file is closed before a tensor that would take the sum of
 * its tensors' bytes past the limit; a tensor longer than the limit gets a file of its own; no
 * tensor is split. Cut points and names are those of mergekit.
 *
 * @param shards the files in order; one without tensors for a checkpoint without tensors
 * @param index the index to write beside them; empty when there is a single file
 */
public record ShardPlan(List<SafetensorsLayout> shards, Optional<ShardIndex> index) {

  /** Bytes of tensors per file when nothing else is said. */
  public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

  public ShardPlan {
    shards = List.copyOf(shards);
  }

  /**
   * Cuts a checkpoint.
   *
   * @param specs tensors in the order of writing
   * @param shardBytes most bytes of tensors per file; 0 or less for a single file
   * @throws IllegalArgumentException if a name is there twice
   */
  public static ShardPlan of(List<TensorSpec> specs, long shardBytes) {
    List<List<TensorSpec>> groups = cut(specs, shardBytes);
    if (groups.size() == 1) {
      SafetensorsLayout only =
          SafetensorsLayout.of(SafetensorsTensorSource.SINGLE_FILE, groups.getFirst());
      return new ShardPlan(List.of(only), Optional.empty());
    }
    List<SafetensorsLayout> shards = new ArrayList<>(groups.size());
    SequencedMap<String, String> weightMap = new LinkedHashMap<>();
    long total = 0;
    for (List<TensorSpec> group : groups) {
      String file = "model-%05d-of-%05d.safetensors".formatted(shards.size() + 1, groups.size());
      for (TensorSpec spec : group) {
        if (weightMap.put(spec.name(), file) != null) {
          throw new IllegalArgumentException("tensor name '" + spec.name() + "' is there twice");
        }
        total += spec.bytes();
      }
      shards.add(SafetensorsLayout.of(file, group));
    }
    return new ShardPlan(shards, Optional.of(new ShardIndex(OptionalLong.of(total), weightMap)));
  }

  private static List<List<TensorSpec>> cut(List<TensorSpec> specs, long shardBytes) {
    List<List<TensorSpec>> groups = new ArrayList<>();
    List<TensorSpec> group = new ArrayList<>();
    groups.add(group);
    long bytes = 0;
    for (TensorSpec spec : specs) {
      if (shardBytes > 0 && !group.isEmpty() && bytes + spec.bytes() > shardBytes) {
        group = new ArrayList<>();
        groups.add(group);
        bytes = 0;
      }
      group.add(spec);
      bytes += spec.bytes();
    }
    return groups;
  }

  /** All tensors in the order of files and of offsets within them. */
  public List<TensorInfo> tensors() {
    return shards.stream().flatMap(shard -> shard.tensors().stream()).toList();
  }

  /** Length of all files together, headers included, without the index. */
  public long bytes() {
    return shards.stream().mapToLong(SafetensorsLayout::size).sum();
  }
}
