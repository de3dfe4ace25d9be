package dev.mergefarm.merge.extraction;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.safetensors.SafetensorsLayout;
import dev.mergefarm.storage.safetensors.SafetensorsWriter;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Tensors whose sizes are not known before they are computed, kept in a temporary file until the
 * header that goes before them can be written. Not thread safe.
 */
final class TensorSpool implements AutoCloseable {

  private static final int BLOCK = 4 << 20;

  private final Path path;
  private final FileChannel channel;
  private final List<TensorSpec> specs = new ArrayList<>();
  private final Map<String, Long> starts = new HashMap<>();

  TensorSpool() {
    try {
      path = Files.createTempFile("mergefarm-adapter", ".tensors");
      channel =
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  List<TensorSpec> specs() {
    return List.copyOf(specs);
  }

  /** Adds a tensor. */
  void add(TensorSpec spec, MemorySegment bytes) {
    begin(spec);
    append(bytes.asByteBuffer());
  }

  /** Starts a tensor whose bytes are appended in blocks. */
  void begin(TensorSpec spec) {
    try {
      starts.put(spec.name(), channel.size());
      specs.add(spec);
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  void append(ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes, channel.size());
      }
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  /** Writes all tensors as one file. */
  void write(String file, LongFunction<ObjectUpload> uploads) {
    SafetensorsLayout layout = SafetensorsLayout.of(file, specs);
    try (SafetensorsWriter writer = new SafetensorsWriter(uploads.apply(layout.size()), layout)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
      for (TensorInfo tensor : layout.tensors()) {
        for (long done = 0; done < tensor.bytes(); ) {
          block.clear().limit((int) Math.min(BLOCK, tensor.bytes() - done));
          int read = channel.read(block, starts.get(tensor.name()) + done);
          writer.write(tensor.name(), MemorySegment.ofBuffer(block.flip()));
          done += read;
        }
      }
      writer.publish();
    } catch (IOException failure) {
      throw failed(failure);
    }
  }

  private static MergefarmException failed(IOException failure) {
    return new MergefarmException(
        ErrorCode.STORE_FULL,
        "The temporary file for the adapter's tensors cannot be used: " + failure.getMessage(),
        failure);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      throw failed(failure);
    }
  }
}
