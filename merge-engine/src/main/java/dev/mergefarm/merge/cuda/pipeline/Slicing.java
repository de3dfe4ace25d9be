package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.cuda.StageKernels;
import dev.mergefarm.merge.method.Stage;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.merge.method.TensorMerge;
import java.util.ArrayList;
import java.util.List;

/**
 * How a stage goes over a tensor: in slices of equal length, each a whole number of what the stage
 * must see together. Stages that see the same together are sliced alike, because kernels keep
 * things for a slice from one stage to the next.
 *
 * @param tensor what is sliced
 * @param streams what is read for a slice: inputs, then companions
 * @param length elements in every slice but the last
 */
record Slicing(TensorMerge tensor, List<TensorBlocks> streams, long length) {

  /** Alignment of the streams of a slice in memory. */
  private static final long ALIGNMENT = 256;

  Slicing {
    streams = List.copyOf(streams);
  }

  /**
   * @param slotBytes what the inputs of a slice, and its output, may take; passed only by the
   *     shortest slices that the stage allows
   */
  static Slicing of(TensorMerge tensor, Stage stage, long slotBytes) {
    long granule = StageKernels.granule(stage);
    List<TensorBlocks> streams = streams(tensor, stage);
    List<TensorBlocks> widest = stage instanceof Stage.Copy ? streams : all(tensor);
    long outputBits = tensor.outputType().bits();
    long inputBits = widest.stream().mapToLong(blocks -> blocks.dataType().bits()).sum();
    long room = Math.max(0, slotBytes - widest.size() * ALIGNMENT) * Byte.SIZE;
    long most = room / Math.max(inputBits, outputBits);
    return new Slicing(tensor, streams, Math.max(1, most / granule) * granule);
  }

  private static List<TensorBlocks> streams(TensorMerge tensor, Stage stage) {
    if (stage instanceof Stage.Copy copy) {
      return List.of(tensor.inputs().get(copy.input()).blocks());
    }
    return StageKernels.readsCompanions(stage) ? all(tensor) : inputs(tensor);
  }

  private static List<TensorBlocks> inputs(TensorMerge tensor) {
    return tensor.inputs().stream().map(input -> input.blocks()).toList();
  }

  private static List<TensorBlocks> all(TensorMerge tensor) {
    List<TensorBlocks> all = new ArrayList<>(inputs(tensor));
    tensor.inputs().forEach(input -> input.companion().ifPresent(all::add));
    return all;
  }

  long elements() {
    return tensor.shape().elements();
  }

  int count() {
    return Math.toIntExact((elements() + length - 1) / length);
  }

  long first(int slice) {
    return slice * length;
  }

  long elements(int slice) {
    return Math.min(length, elements() - first(slice));
  }

  boolean last(int slice) {
    return slice == count() - 1;
  }

  /** Bytes of a stream's part in a slice. */
  long bytes(int stream, int slice) {
    return streams.get(stream).dataType().bytesFor(elements(slice));
  }

  /** Where a stream's part lies in a slot, from its start. */
  long offset(int stream, int slice) {
    long offset = 0;
    for (int i = 0; i < stream; i++) {
      offset += aligned(bytes(i, slice));
    }
    return offset;
  }

  /** What a slice's inputs take in a slot. */
  long slotBytes(int slice) {
    return offset(streams.size(), slice);
  }

  /** What a slice's output takes. */
  long outputBytes(int slice) {
    return tensor.outputType().bytesFor(elements(slice));
  }

  /** What all slices of all streams take when each stream is kept in one piece. */
  long residentBytes() {
    return streams.stream()
        .mapToLong(blocks -> aligned(blocks.dataType().bytesFor(elements())))
        .sum();
  }

  static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
