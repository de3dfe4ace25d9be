package dev.mergefarm.storage.torch;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.BoundedTasks;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.torch.ZipDirectory.ZipEntry;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one torch file holds.
 *
 * @param views of its tensors, in the order of their offsets
 * @param warnings what it holds besides tensors
 */
record TorchFile(List<TensorView> views, List<Problem> warnings) {

  private static final int PICKLE_LIMIT = 64 << 20;
  private static final int HEADERS_AT_ONCE = 16;
  private static final String PICKLE = "/data.pkl";

  TorchFile {
    views = List.copyOf(views);
    warnings = List.copyOf(warnings);
  }

  /** Reads the archive's table and pickle, and where its storages lie; no tensor bytes. */
  static TorchFile read(ObjectFolder folder, String file) {
    ObjectInfo info =
        folder
            .find(file)
            .orElseThrow(
                () ->
                    TorchFailures.failure(
                        ErrorCode.MODEL_INCOMPLETE, file, "The file is missing."));
    refuseOtherFormats(folder, file, info.size());
    ZipDirectory directory = ZipDirectory.read(folder, file, info.size());
    String root = root(file, directory);
    requireLittleEndian(folder, file, directory, root, info.size());
    byte[] pickle = readEntry(folder, file, directory, root + PICKLE, info.size(), PICKLE_LIMIT);
    Problems problems = new Problems();
    Map<String, StoredTensor> described =
        StateDictionary.tensors(file, TensorUnpickler.read(file, pickle), problems);
    Map<String, ZipEntry> storages = storages(file, directory, root, described, problems);
    problems.throwIfErrors();
    Map<String, Long> offsets = dataOffsets(folder, file, storages, info.size());
    ViewCheck check = new ViewCheck(file, storages, offsets, problems);
    List<TensorView> views = check.views(described);
    problems.throwIfErrors();
    return new TorchFile(
        views.stream()
            .sorted(Comparator.comparingLong((TensorView view) -> view.tensor().offset()))
            .toList(),
        problems.warnings());
  }

  /** The tensors without their views. */
  List<TensorInfo> tensors() {
    return views.stream().map(TensorView::tensor).toList();
  }

  private static void refuseOtherFormats(ObjectFolder folder, String file, long size) {
    byte[] start = new byte[(int) Math.min(2, size)];
    folder.read(file, 0, MemorySegment.ofArray(start));
    if (start.length == 2 && start[0] == (byte) 0x80) {
      throw TorchFailures.failure(
          ErrorCode.UNSUPPORTED_FORMAT,
          file,
          "The file has torch's format from before version 1.6, whose tensors cannot be read in"
              + " place.");
    }
    if (start.length < 2 || start[0] != 'P' || start[1] != 'K') {
      throw TorchFailures.malformed(file, "The file is no torch archive.");
    }
  }

  private static String root(String file, ZipDirectory directory) {
    List<String> pickles =
        directory.entries().keySet().stream()
            .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.lastIndexOf('/'))
            .toList();
    if (pickles.size() != 1) {
      throw TorchFailures.malformed(
          file, "The archive must hold one data.pkl, found " + pickles.size() + ".");
    }
    String pickle = pickles.getFirst();
    return pickle.substring(0, pickle.length() - PICKLE.length());
  }

  private static void requireLittleEndian(
      ObjectFolder folder, String file, ZipDirectory directory, String root, long size) {
    String name = root + "/byteorder";
    if (directory.entries().containsKey(name)) {
      byte[] order = readEntry(folder, file, directory, name, size, 16);
      if (!new String(order, StandardCharsets.US_ASCII).strip().equals("little")) {
        throw TorchFailures.failure(
            ErrorCode.UNSUPPORTED_FORMAT, file, "The file was written in another byte order.");
      }
    }
  }

  private static byte[] readEntry(
      ObjectFolder folder, String file, ZipDirectory directory, String name, long size, int limit) {
    ZipEntry entry = directory.entries().get(name);
    requireStored(file, entry);
    if (entry.size() > limit) {
      throw TorchFailures.malformed(
          file, "'" + name + "' has " + entry.size() + " bytes, more than " + limit + ".");
    }
    byte[] content = new byte[Math.toIntExact(entry.size())];
    long offset = ZipDirectory.dataOffset(folder, file, entry, size);
    folder.read(file, offset, MemorySegment.ofArray(content));
    return content;
  }

  private static void requireStored(String file, ZipEntry entry) {
    if (!entry.stored()) {
      throw TorchFailures.failure(
          ErrorCode.UNSUPPORTED_FORMAT,
          file,
          "'" + entry.name() + "' is compressed or encrypted and cannot be read in place.");
    }
  }

  /** The entries of the storages that tensors use, by the pickle's keys. */
  private static Map<String, ZipEntry> storages(
      String file,
      ZipDirectory directory,
      String root,
      Map<String, StoredTensor> described,
      Problems problems) {
    Map<String, ZipEntry> storages = new LinkedHashMap<>();
    described.forEach(
        (name, tensor) -> {
          String key = tensor.storage().key();
          ZipEntry entry = directory.entries().get(root + "/data/" + key);
          if (entry == null) {
            problems.error(
                ErrorCode.MALFORMED_TENSOR_FILE,
                file + ": " + name,
                "The archive has no storage '" + key + "'.");
          } else {
            requireStored(file, entry);
            storages.put(key, entry);
          }
        });
    return storages;
  }

  private static Map<String, Long> dataOffsets(
      ObjectFolder folder, String file, Map<String, ZipEntry> storages, long size) {
    List<Map.Entry<String, ZipEntry>> inOrder = List.copyOf(storages.entrySet());
    List<Long> offsets =
        BoundedTasks.map(
            inOrder,
            HEADERS_AT_ONCE,
            storage -> ZipDirectory.dataOffset(folder, file, storage.getValue(), size));
    Map<String, Long> byKey = new LinkedHashMap<>();
    for (int i = 0; i < offsets.size(); i++) {
      byKey.put(inOrder.get(i).getKey(), offsets.get(i));
    }
    return byKey;
  }
}
