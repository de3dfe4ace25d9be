package dev.mergefarm.merge.plan;

import dev.mergefarm.merge.input.TensorOrigin;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.manifest.Sha256;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;

/**
 * SHA-256 over everything that decides a merge's output: the numbers of the plan, and the identity
 * of every file that it reads. Equal plans over equal inputs have equal digests on any machine that
 * sees the same store.
 */
final class PlanDigest {

  /** Changes whenever the same plan would give other bytes than before. */
  private static final String ARITHMETIC = "mergefarm-1";

  private final Sha256 digest = new Sha256();

  PlanDigest() {
    add(ARITHMETIC);
  }

  PlanDigest add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(MemorySegment.ofArray((bytes.length + ":").getBytes(StandardCharsets.UTF_8)));
    digest.update(MemorySegment.ofArray(bytes));
    return this;
  }

  void model(PlannedModel model, List<ObjectInfo> files) {
    add(model.label());
    for (ObjectInfo file : files) {
      add(file.key()).add(Long.toString(file.size())).add(file.entityTag());
    }
  }

  void tensor(PlannedTensor tensor) {
    add(tensor.spec().toString());
    add(Boolean.toString(tensor.embedding()));
    add(tensor.base().toString());
    add(new TreeMap<>(tensor.parameters().values()).toString());
    for (PlannedTensor.Input input : tensor.inputs()) {
      add(input.model());
      origin(input.origin());
      add(new TreeMap<>(input.parameters().values()).toString());
      input.companion().ifPresent(this::origin);
    }
  }

  private void origin(TensorOrigin origin) {
    switch (origin) {
      case TensorOrigin.Stored stored -> add(stored.source() + ":" + stored.info());
      case TensorOrigin.Joined joined -> {
        add("joined");
        joined.parts().forEach(this::origin);
      }
      case TensorOrigin.Gathered gathered -> {
        add("gathered:" + Sha256.of(gathered.rows().encoded()));
        gathered.matrices().forEach(this::origin);
      }
      case TensorOrigin.Adapted adapted -> {
        add("adapted:" + adapted.update().scale() + adapted.update().transposed());
        add(adapted.dataType().name());
        origin(adapted.weight());
        origin(adapted.update().down());
        origin(adapted.update().up());
      }
      case TensorOrigin.Shifted shifted -> {
        add("shifted:" + shifted.scale() + shifted.dataType().name());
        origin(shifted.weight());
        origin(shifted.change());
      }
      case TensorOrigin.Varied varied -> {
        add("varied:" + varied.variation());
        origin(varied.weight());
      }
      case TensorOrigin.Given given -> {
        add("given:" + given.shape());
        numbers(given.values());
      }
    }
  }

  private void numbers(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, values.length));
    bytes.asFloatBuffer().put(values);
    digest.update(MemorySegment.ofArray(bytes.array()));
  }

  void file(OutputFile file) {
    add(file.name());
    switch (file) {
      case OutputFile.Generated generated -> add(Sha256.of(generated.content()));
      case OutputFile.Copied copied -> add("copied:" + copied.source());
    }
  }

  String finish() {
    return digest.finish();
  }
}
