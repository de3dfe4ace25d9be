package dev.mergefarm.merge;

import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.safetensors.SafetensorsLayout;
import dev.mergefarm.storage.safetensors.SafetensorsTensorSource;
import dev.mergefarm.storage.safetensors.SafetensorsWriter;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.SequencedMap;

/** Writes and reads small models of float32 tensors. */
public final class TinyModels {

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path folder;
  private final SequencedMap<String, float[]> values = new LinkedHashMap<>();
  private final List<TensorSpec> specs = new ArrayList<>();

  /** A model to be written to a folder. */
  public TinyModels(Path folder) {
    this.folder = folder;
  }

  /** Adds a tensor with these values. */
  public TinyModels tensor(String name, Shape shape, float... elements) {
    specs.add(new TensorSpec(name, DataType.F32, shape));
    values.put(name, elements);
    return this;
  }

  /** Adds a tensor of random values that depend on the seed alone. */
  public TinyModels random(String name, Shape shape, long seed) {
    Random random = new Random(seed * 31 + name.hashCode());
    float[] elements = new float[(int) shape.elements()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return tensor(name, shape, elements);
  }

  /** Writes the tensors and a configuration. */
  public void write(String configuration) {
    write("model.safetensors", "config.json", configuration);
  }

  /** Writes the tensors and a file beside them. */
  public void write(String tensorFile, String file, String content) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(file), content);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    SafetensorsLayout layout = SafetensorsLayout.of(tensorFile, specs);
    try (LocalObjectStore store = new LocalObjectStore(folder);
        SafetensorsWriter writer =
            new SafetensorsWriter(store.upload(tensorFile, layout.size()), layout)) {
      for (TensorInfo info : layout.tensors()) {
        writer.write(info.name(), bytes(values.get(info.name())));
      }
      writer.publish();
    }
  }

  private static MemorySegment bytes(float[] elements) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[4 * elements.length]);
    for (int i = 0; i < elements.length; i++) {
      bytes.set(FLOAT, 4L * i, elements[i]);
    }
    return bytes;
  }

  /** All tensors of a model's folder. */
  public static SequencedMap<String, float[]> read(Path folder) {
    SequencedMap<String, float[]> read = new LinkedHashMap<>();
    try (LocalObjectStore store = new LocalObjectStore(folder);
        TensorSource source = SafetensorsTensorSource.open(new ObjectFolder(store, ""))) {
      source.tensors().forEach((name, info) -> read.put(name, floats(source, info)));
    }
    return read;
  }

  /** One float32 tensor. */
  public static float[] floats(TensorSource source, TensorInfo info) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[(int) info.bytes()]);
    source.read(info, 0, bytes);
    float[] elements = new float[(int) info.shape().elements()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = bytes.get(FLOAT, 4L * i);
    }
    return elements;
  }
}
