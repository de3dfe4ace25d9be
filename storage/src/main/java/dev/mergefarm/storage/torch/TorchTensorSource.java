package dev.mergefarm.storage.torch;

import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.safetensors.ShardedTensors;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorRanges;
import dev.mergefarm.storage.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tensors of a torch checkpoint, in one file or several with an index. Tensor bytes are read in
 * place from the archive. A tensor that is not contiguous (a transposed or strided view, at most 64
 * MiB) is gathered in memory; the last one gathered is kept. Does not own the store.
 */
public final class TorchTensorSource implements TensorSource {

  /** The name of an unsharded checkpoint. */
  public static final String SINGLE_FILE = "pytorch_model.bin";

  /** The name of a sharded checkpoint's index; it wins where both are there. */
  public static final String INDEX_FILE = "pytorch_model.bin.index.json";

  private record Gathered(TensorView view, byte[] bytes) {}

  private final ObjectFolder folder;
  private final SequencedMap<String, TensorInfo> tensors;
  private final Map<TensorInfo, TensorView> strided;
  private final List<Problem> warnings;
  private volatile Gathered last;

  private TorchTensorSource(
      ObjectFolder folder,
      SequencedMap<String, TensorInfo> tensors,
      Map<TensorInfo, TensorView> strided,
      List<Problem> warnings) {
    this.folder = folder;
    this.tensors = Collections.unmodifiableSequencedMap(tensors);
    this.strided = Map.copyOf(strided);
    this.warnings = List.copyOf(warnings);
  }

  /** Whether the folder holds a torch checkpoint under one of the two usual names. */
  public static boolean isIn(ObjectFolder folder) {
    return folder.find(INDEX_FILE).isPresent() || folder.find(SINGLE_FILE).isPresent();
  }

  /**
   * Opens the checkpoint of a model's folder.
   *
   * @throws dev.mergefarm.common.MergefarmException with {@code MODEL_INCOMPLETE}, {@code
   *     MALFORMED_TENSOR_FILE}, {@code MALFORMED_JSON}, {@code UNSAFE_PICKLE} for a pickle that
   *     asks for more than tensors, or {@code UNSUPPORTED_FORMAT} for what cannot be read in place
   */
  public static TorchTensorSource open(ObjectFolder folder) {
    return folder.find(INDEX_FILE).isPresent()
        ? openIndexed(folder, INDEX_FILE)
        : openFile(folder, SINGLE_FILE);
  }

  /** Opens one file on its own, such as {@code adapter_model.bin} or any {@code .pt}. */
  public static TorchTensorSource openFile(ObjectFolder folder, String file) {
    TorchFile read = TorchFile.read(folder, file);
    SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
    read.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
    return new TorchTensorSource(folder, tensors, strided(List.of(read)), read.warnings());
  }

  /** Opens the files that an index names. */
  public static TorchTensorSource openIndexed(ObjectFolder folder, String indexFile) {
    Map<String, TorchFile> files = new ConcurrentHashMap<>();
    ShardedTensors sharded =
        ShardedTensors.read(
            folder,
            indexFile,
            file -> {
              TorchFile read = TorchFile.read(folder, file);
              files.put(file, read);
              return read.tensors();
            });
    List<Problem> warnings = new ArrayList<>(sharded.warnings());
    files.values().forEach(file -> warnings.addAll(file.warnings()));
    return new TorchTensorSource(folder, sharded.tensors(), strided(files.values()), warnings);
  }

  private static Map<TensorInfo, TensorView> strided(Iterable<TorchFile> files) {
    Map<TensorInfo, TensorView> strided = new LinkedHashMap<>();
    for (TorchFile file : files) {
      for (TensorView view : file.views()) {
        if (!view.contiguous()) {
          strided.put(view.tensor(), view);
        }
      }
    }
    return strided;
  }

  @Override
  public SequencedMap<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public void read(TensorInfo tensor, long offset, MemorySegment target) {
    TensorRanges.check(tensor, offset, target.byteSize());
    TensorView view = strided.get(tensor);
    if (view == null) {
      folder.read(tensor.file(), tensor.offset() + offset, target);
    } else {
      MemorySegment gathered = MemorySegment.ofArray(gathered(view));
      MemorySegment.copy(gathered, offset, target, 0, target.byteSize());
    }
  }

  private byte[] gathered(TensorView view) {
    Gathered known = last;
    if (known == null || !known.view().equals(view)) {
      known = new Gathered(view, gather(view));
      last = known;
    }
    return known.bytes();
  }

  /** Copies the elements of a view into row-major order. */
  private byte[] gather(TensorView view) {
    TensorInfo tensor = view.tensor();
    byte[] span = new byte[Math.toIntExact(view.span())];
    folder.read(tensor.file(), tensor.offset(), MemorySegment.ofArray(span));
    byte[] dense = new byte[Math.toIntExact(tensor.bytes())];
    int rank = tensor.shape().rank();
    int elementBytes = tensor.dataType().bytes();
    long[] index = new long[rank];
    long source = 0;
    for (int done = 0; done < dense.length; done += elementBytes) {
      System.arraycopy(span, Math.toIntExact(source * elementBytes), dense, done, elementBytes);
      for (int i = rank - 1; i >= 0; i--) {
        source += view.strides().get(i);
        if (++index[i] < tensor.shape().dimension(i)) {
          break;
        }
        source -= index[i] * view.strides().get(i);
        index[i] = 0;
      }
    }
    return dense;
  }

  @Override
  public List<Problem> warnings() {
    return warnings;
  }

  @Override
  public void close() {
    last = null;
  }
}
