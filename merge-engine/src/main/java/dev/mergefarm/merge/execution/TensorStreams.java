package dev.mergefarm.merge.execution;

import dev.mergefarm.merge.method.MergeInput;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.merge.method.TensorMerge;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is read for one tensor: its inputs and, where a stage asks for them, their companions,
 * either from the source each time or from memory that the first stage filled. Safe for many
 * threads that work on different stretches.
 */
final class TensorStreams {

  private final List<TensorBlocks> inputs;
  private final List<Optional<TensorBlocks>> companions;
  private final List<MemorySegment> resident = new ArrayList<>();
  private volatile boolean filled;

  TensorStreams(TensorMerge tensor) {
    inputs = tensor.inputs().stream().map(MergeInput::blocks).toList();
    companions = tensor.inputs().stream().map(MergeInput::companion).toList();
  }

  /** Keeps the inputs in memory of {@link TensorMerge#inputBytes} bytes from the first stage on. */
  void keepIn(MemorySegment memory, long elements) {
    long offset = 0;
    for (TensorBlocks input : inputs) {
      long bytes = elements * input.dataType().bytes();
      resident.add(memory.asSlice(offset, bytes));
      offset += bytes;
    }
  }

  /** Says that every element has been read once. */
  void markFilled() {
    filled = true;
  }

  int inputCount() {
    return inputs.size();
  }

  /** The tensor behind a stream: inputs first, then companions in the same order. */
  TensorBlocks stream(int index) {
    if (index < inputs.size()) {
      return inputs.get(index);
    }
    return companions
        .get(index - inputs.size())
        .orElseThrow(() -> new IllegalStateException("no companion was planned"));
  }

  /** Bytes of one element of every stream that a piece holds. */
  int elementBytes(boolean withCompanions) {
    int bytes = 0;
    for (int i = 0; i < streamCount(withCompanions); i++) {
      bytes += stream(i).dataType().bytes();
    }
    return bytes;
  }

  int streamCount(boolean withCompanions) {
    return withCompanions ? 2 * inputs.size() : inputs.size();
  }

  /**
   * A stretch of a stream in memory.
   *
   * @param buffer where to read it if it is not kept
   */
  MemorySegment read(int index, long first, int count, MemorySegment buffer) {
    TensorBlocks blocks = stream(index);
    long width = blocks.dataType().bytes();
    if (index >= resident.size()) {
      MemorySegment target = buffer.asSlice(0, count * width);
      blocks.read(first, target);
      return target;
    }
    MemorySegment kept = resident.get(index).asSlice(first * width, count * width);
    if (!filled) {
      blocks.read(first, kept);
    }
    return kept;
  }
}
