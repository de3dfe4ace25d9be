package dev.mergefarm.benchmarks.merge;

import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.ObjectUpload;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The ceiling that merges are held against: reads every weight file of the inputs and writes an
 * output as large as the first one, through the same store, on as many threads as there are
 * processors, and computes nothing. {@code ReadAndWrite OUT INPUT...}
 */
final class ReadAndWrite {

  private static final int BLOCK = 4 << 20;

  private ReadAndWrite() {}

  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    Path out = Path.of(arguments[0]);
    List<Path> inputs = new ArrayList<>();
    for (int i = 1; i < arguments.length; i++) {
      inputs.add(Path.of(arguments[i]));
    }
    try (ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      List<Future<?>> work = new ArrayList<>();
      for (String file : weightFiles(inputs.getFirst())) {
        work.add(threads.submit(() -> copy(file, inputs, out)));
      }
      for (Future<?> each : work) {
        each.get();
      }
    }
  }

  private static List<String> weightFiles(Path model) {
    try (ObjectStore store = new LocalObjectStore(model)) {
      return store.list("").stream()
          .map(ObjectInfo::key)
          .filter(key -> key.endsWith(".safetensors"))
          .toList();
    }
  }

  private static void copy(String file, List<Path> inputs, Path out) {
    try (ObjectStore target = new LocalObjectStore(out);
        ObjectStore first = new LocalObjectStore(inputs.getFirst());
        Arena arena = Arena.ofConfined()) {
      List<ObjectStore> others =
          inputs.stream().skip(1).<ObjectStore>map(LocalObjectStore::new).toList();
      long size = first.find(file).orElseThrow().size();
      MemorySegment block = arena.allocate(BLOCK);
      try (ObjectUpload upload = target.upload(file, size)) {
        for (long offset = 0; offset < size; offset += BLOCK) {
          MemorySegment part = block.asSlice(0, Math.min(BLOCK, size - offset));
          for (ObjectStore other : others) {
            other.read(file, offset, part);
          }
          first.read(file, offset, part);
          upload.write(part);
        }
        upload.publish();
      }
      others.forEach(ObjectStore::close);
    }
  }
}
