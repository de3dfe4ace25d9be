package dev.mergefarm.storage.safetensors;

import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Writes one safetensors file as a single stream: the header at once, then the bytes of each tensor
 * in the order of the layout, in blocks of any size. Owns the upload; not thread safe.
 */
public final class SafetensorsWriter implements AutoCloseable {

  private final ObjectUpload upload;
  private final List<TensorInfo> tensors;
  private int current;
  private long writtenOfCurrent;

  /**
   * @param upload of exactly {@code layout.size()} bytes, nothing written yet
   */
  public SafetensorsWriter(ObjectUpload upload, SafetensorsLayout layout) {
    this.upload = upload;
    this.tensors = layout.tensors();
    upload.write(MemorySegment.ofArray(layout.header()));
    skipFinished();
  }

  /**
   * Appends a block to a tensor; it may be reused as soon as the call returns.
   *
   * @param tensor the layout's next unfinished tensor, by name
   * @throws IllegalStateException if it is another tensor's turn, or the block is too long
   */
  public void write(String tensor, MemorySegment block) {
    if (block.byteSize() == 0) {
      return;
    }
    if (current == tensors.size() || !tensors.get(current).name().equals(tensor)) {
      throw new IllegalStateException(
          "bytes of '" + tensor + "' were written when it was the turn of " + expected());
    }
    if (block.byteSize() > tensors.get(current).bytes() - writtenOfCurrent) {
      throw new IllegalStateException(
          "'%s' has %d bytes, but more were written"
              .formatted(tensor, tensors.get(current).bytes()));
    }
    upload.write(block);
    writtenOfCurrent += block.byteSize();
    skipFinished();
  }

  /**
   * Makes the file visible.
   *
   * @throws IllegalStateException if tensors are missing
   */
  public ObjectInfo publish() {
    if (current != tensors.size()) {
      throw new IllegalStateException("the file ended when it was the turn of " + expected());
    }
    return upload.publish();
  }

  /** Removes what was written unless it was published. */
  @Override
  public void close() {
    upload.close();
  }

  private void skipFinished() {
    while (current < tensors.size() && tensors.get(current).bytes() == writtenOfCurrent) {
      current++;
      writtenOfCurrent = 0;
    }
  }

  private String expected() {
    return current == tensors.size()
        ? "the end"
        : "'" + tensors.get(current).name() + "' at byte " + writtenOfCurrent;
  }
}
