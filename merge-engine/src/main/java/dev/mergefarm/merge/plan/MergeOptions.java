package dev.mergefarm.merge.plan;

import dev.mergefarm.merge.device.DeviceChoice;
import dev.mergefarm.merge.recipe.Compatibility;
import dev.mergefarm.storage.tensor.DataType;
import java.util.Objects;
import java.util.Optional;

/**
 * What is asked of a merge beside its recipe.
 *
 * @param compatibility how oddities of the recipe are taken
 * @param shardBytes largest size of one file of tensors; 0: everything in one file
 * @param seed key of the random methods; the same seed gives the same bits anywhere
 * @param copyTokenizer whether the donor's tokenizer is copied when the recipe configures none
 * @param writeModelCard whether README.md and a copy of the recipe are written
 * @param allowMixedArchitectures whether models of different architectures may be merged, by the
 *     first model's definition
 * @param adapterDataType what a model with a LoRA adapter is rounded to before the merge; absent:
 *     not rounded
 * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}
 */
public record MergeOptions(
    Compatibility compatibility,
    long shardBytes,
    long seed,
    boolean copyTokenizer,
    boolean writeModelCard,
    boolean allowMixedArchitectures,
    Optional<DataType> adapterDataType,
    String device) {

  /** Largest shard unless asked otherwise, in bytes. */
  public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

  /** Strict, 5 GB shards, seed 0, with tokenizer and card, on whatever device there is. */
  public static final MergeOptions DEFAULTS =
      new MergeOptions(
          Compatibility.STRICT,
          DEFAULT_SHARD_BYTES,
          0,
          true,
          true,
          false,
          Optional.empty(),
          "auto");

  public MergeOptions {
    Objects.requireNonNull(compatibility, "compatibility");
    Objects.requireNonNull(adapterDataType, "adapterDataType");
    if (shardBytes < 0) {
      throw new IllegalArgumentException("shardBytes must be 0 or more, found " + shardBytes);
    }
    DeviceChoice.parse(device);
  }

  public MergeOptions withCompatibility(Compatibility value) {
    return new MergeOptions(
        value,
        shardBytes,
        seed,
        copyTokenizer,
        writeModelCard,
        allowMixedArchitectures,
        adapterDataType,
        device);
  }

  public MergeOptions withShardBytes(long value) {
    return new MergeOptions(
        compatibility,
        value,
        seed,
        copyTokenizer,
        writeModelCard,
        allowMixedArchitectures,
        adapterDataType,
        device);
  }

  public MergeOptions withSeed(long value) {
    return new MergeOptions(
        compatibility,
        shardBytes,
        value,
        copyTokenizer,
        writeModelCard,
        allowMixedArchitectures,
        adapterDataType,
        device);
  }
}
