package dev.mergefarm.merge.extraction;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.input.FloatCodec;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.manifest.FileDigest;
import dev.mergefarm.storage.manifest.Manifest;
import dev.mergefarm.storage.manifest.ManifestInput;
import dev.mergefarm.storage.manifest.Sha256;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelDraft;
import dev.mergefarm.storage.model.ModelFiles;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.TreeSet;

/**
 * Takes a LoRA adapter from the difference of two models: {@code model - base}, module by module,
 * by its largest singular values. Memory: the largest decomposed matrix in float32, and its factors
 * in float64 a few times over; the factors of all modules go through a temporary file. Used once,
 * by one thread.
 */
public final class AdapterExtraction {

  /** The adapter's tensors, as PEFT names the file. */
  public static final String WEIGHTS = "adapter_model.safetensors";

  private static final String ROOT = "base_model.model.";
  private static final int COPIED_BYTES = 4 << 20;

  private final Model model;
  private final Model base;
  private final ExtractionOptions options;
  private final Cancellation cancellation;
  private final SequencedMap<String, Integer> ranks = new LinkedHashMap<>();
  private int saved;
  private boolean biases;
  private double energy;
  private double kept;

  /** Both models stay open and belong to the caller. */
  public AdapterExtraction(
      Model model, Model base, ExtractionOptions options, Cancellation cancellation) {
    this.model = model;
    this.base = base;
    this.options = options;
    this.cancellation = cancellation;
  }

  /**
   * Checks both models from their headers, computes, and writes the adapter's files.
   *
   * @param engine program and version, for the manifest
   * @throws dev.mergefarm.common.MergefarmException with every tensor that does not fit
   */
  public ExtractionResult run(ModelDraft draft, String engine, Progress.Listener progress) {
    Problems problems = new Problems();
    ExtractionPlan plan = ExtractionPlan.of(model, base, options, problems);
    problems.throwIfErrors();
    try (TensorSpool spool = new TensorSpool()) {
      int done = 0;
      for (ExtractedModule module : plan.modules()) {
        cancellation.throwIfCancelled();
        extract(module, spool);
        done++;
        progress.onProgress(new Progress("extract", done, plan.modules().size(), 0, 0));
      }
      AdapterFiles files =
          new AdapterFiles(
              model.reference().text(),
              base.reference().text(),
              ranks,
              new TreeSet<>(plan.saved()),
              biases);
      spool.write(WEIGHTS, size -> draft.upload(WEIGHTS, size));
      draft.put("adapter_config.json", files.configuration());
      draft.put("README.md", files.card());
      publish(draft, engine);
      return new ExtractionResult(
          ranks.size(),
          saved,
          files.rank(),
          spool.specs().stream().mapToLong(TensorSpec::bytes).sum(),
          energy == 0 ? 0 : Math.sqrt(Math.max(0, energy - kept) / energy),
          problems.warnings());
    }
  }

  private void publish(ModelDraft draft, String engine) {
    List<ManifestInput> inputs = List.of(input(model), input(base));
    draft.publish(
        outputs ->
            new Manifest(
                engine,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                inputs,
                outputs));
  }

  private static ManifestInput input(Model model) {
    List<FileDigest> files =
        model.folder().list().stream()
            .filter(
                info -> ModelFiles.isWeightFile(info.key()) || info.key().equals(ModelFiles.CONFIG))
            .map(info -> Sha256.of(model.folder(), info))
            .toList();
    return new ManifestInput(model.reference().text(), files);
  }

  private void extract(ExtractedModule module, TensorSpool spool) {
    switch (module) {
      case ExtractedModule.Decomposed decomposed -> decompose(decomposed, spool);
      case ExtractedModule.Bias bias -> bias(bias, spool);
      case ExtractedModule.Whole whole -> copy(whole.tensor(), spool);
    }
  }

  private void decompose(ExtractedModule.Decomposed module, TensorSpool spool) {
    Difference difference =
        Difference.of(blocks(model, module.tensor()), blocks(base, module.base()), cancellation);
    TruncatedSvd svd = TruncatedSvd.of(difference, options.maximumRank(), cancellation);
    int rank = rank(svd);
    energy += difference.energy();
    for (int k = 0; k < rank; k++) {
      kept += svd.values()[k] * svd.values()[k];
    }
    ranks.put(module.module(), rank);
    DataType type = commonType(module.tensor(), module.base());
    float[] right = new float[rank * difference.columns()];
    float[] left = new float[difference.rows() * rank];
    // The down factor of an embedding is what the up factor of any other module is.
    boolean rightIsDown = !module.embedding();
    for (int k = 0; k < rank; k++) {
      double onRight = share(svd.values()[k], rightIsDown);
      for (int j = 0; j < difference.columns(); j++) {
        double value = svd.right()[k * difference.columns() + j] * onRight;
        right[module.embedding() ? j * rank + k : k * difference.columns() + j] = (float) value;
      }
      double onLeft = share(svd.values()[k], !rightIsDown);
      for (int i = 0; i < difference.rows(); i++) {
        double value = svd.left()[i * svd.rank() + k] * onLeft;
        left[module.embedding() ? k * difference.rows() + i : i * rank + k] = (float) value;
      }
    }
    String name = ROOT + module.module();
    if (module.embedding()) {
      add(spool, name + ".lora_embedding_A", Shape.of(rank, difference.rows()), left, type);
      add(spool, name + ".lora_embedding_B", Shape.of(difference.columns(), rank), right, type);
    } else {
      add(spool, name + ".lora_A.weight", Shape.of(rank, difference.columns()), right, type);
      add(spool, name + ".lora_B.weight", Shape.of(difference.rows(), rank), left, type);
    }
  }

  /** A module without differences keeps a rank of one, because its neighbours are adapted. */
  private int rank(TruncatedSvd svd) {
    int above = 0;
    while (above < svd.rank()
        && svd.values()[above] > 0
        && (options.leastSingularValue() == 0
            || svd.values()[above] > options.leastSingularValue())) {
      above++;
    }
    return Math.max(1, above);
  }

  /** What a factor is multiplied with for a singular value. */
  private double share(double value, boolean down) {
    if (options.distributeScale()) {
      return Math.sqrt(value);
    }
    return down ? value : 1;
  }

  private void bias(ExtractedModule.Bias module, TensorSpool spool) {
    float[] difference =
        Difference.values(
            blocks(model, module.tensor()), blocks(base, module.base()), cancellation);
    biases = true;
    add(
        spool,
        ROOT + module.module() + ".lora_B.bias",
        module.tensor().shape(),
        difference,
        commonType(module.tensor(), module.base()));
  }

  private static TensorBlocks blocks(Model of, TensorInfo tensor) {
    return TensorBlocks.stored(of.tensors(), tensor);
  }

  private static DataType commonType(TensorInfo tensor, TensorInfo other) {
    return tensor.dataType() == other.dataType() ? tensor.dataType() : DataType.F32;
  }

  private static void add(
      TensorSpool spool, String name, Shape shape, float[] values, DataType type) {
    MemorySegment bytes =
        MemorySegment.ofArray(new byte[Math.toIntExact(type.bytesFor(values.length))]);
    FloatCodec.encode(values, type, bytes);
    spool.add(new TensorSpec(name, type, shape), bytes);
  }

  private void copy(TensorInfo tensor, TensorSpool spool) {
    saved++;
    TensorSource source = model.tensors();
    spool.begin(new TensorSpec(ROOT + tensor.name(), tensor.dataType(), tensor.shape()));
    for (long done = 0; done < tensor.bytes(); done += COPIED_BYTES) {
      cancellation.throwIfCancelled();
      byte[] block = new byte[(int) Math.min(COPIED_BYTES, tensor.bytes() - done)];
      source.read(tensor, done, MemorySegment.ofArray(block));
      spool.append(ByteBuffer.wrap(block));
    }
  }
}
