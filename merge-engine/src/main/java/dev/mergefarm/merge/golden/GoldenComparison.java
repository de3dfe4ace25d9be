package dev.mergefarm.merge.golden;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.merge.plan.PlannedTensor;
import dev.mergefarm.merge.tokenizer.Vocabulary;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.model.ModelRepository;
import dev.mergefarm.storage.safetensors.SafetensorsTensorSource;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares what a merge wrote with what the reference wrote. */
final class GoldenComparison {

  /** Keys of a configuration that say nothing of the model. */
  private static final List<String> IGNORED = List.of("transformers_version", "_name_or_path");

  private final ModelRepository repository;
  private final MergePlan plan;
  private final Path expected;
  private final Path output;

  GoldenComparison(ModelRepository repository, MergePlan plan, Path golden, Path output) {
    this.repository = repository;
    this.plan = plan;
    this.expected = golden.resolve("expected");
    this.output = output;
  }

  /** Names, shapes and types are equal; values are within the tolerance. */
  void tensors(String tolerance) {
    try (LocalObjectStore wantedStore = new LocalObjectStore(expected);
        LocalObjectStore ourStore = new LocalObjectStore(output);
        TensorSource wanted = SafetensorsTensorSource.open(new ObjectFolder(wantedStore, ""));
        TensorSource ours = SafetensorsTensorSource.open(new ObjectFolder(ourStore, ""))) {
      equal("names, types and shapes", describe(ours), describe(wanted));
      for (PlannedTensor tensor : plan.tensors()) {
        compare(tolerance, tensor, ours, wanted);
      }
    }
  }

  private static Map<String, String> describe(TensorSource source) {
    Map<String, String> described = new TreeMap<>();
    source
        .tensors()
        .forEach((name, info) -> described.put(name, info.dataType() + " " + info.shape()));
    return described;
  }

  private void compare(
      String tolerance, PlannedTensor tensor, TensorSource ourSource, TensorSource wantedSource) {
    String name = tensor.spec().name();
    TensorInfo info = wantedSource.find(name).orElseThrow();
    DataType type = info.dataType();
    float[] ours = GoldenTensors.floats(ourSource, name);
    float[] wanted = inOurOrder(tensor, GoldenTensors.floats(wantedSource, name));
    switch (tolerance) {
      case "exact" -> {
        if (type == DataType.F16) {
          Tolerance.halfPrecision(name, ours, wanted, exactLinear(tensor));
        } else {
          Tolerance.exact(name, ours, wanted, type, tensor.inputs().size() < 5 ? 0 : 1);
        }
      }
      case "f32" -> Tolerance.relative(name, ours, wanted, 1e-5);
      case "loose" -> Tolerance.relative(name, ours, wanted, 1e-4);
      case "ulp" -> Tolerance.almostExact(name, ours, wanted, type, new boolean[ours.length]);
      case "ties16" -> Tolerance.almostExact(name, ours, wanted, type, magnitudeTies(tensor));
      case "half" -> Tolerance.nearer(name, ours, wanted, exactLinear(tensor));
      case "threshold" -> Tolerance.besidesThreshold(name, ours, wanted, base(tensor));
      case "stat" -> Tolerance.alike(name, ours, wanted, base(tensor));
      default -> throw new GoldenMismatch("there is no tolerance class '%s'", tolerance);
    }
  }

  private float[] input(PlannedTensor tensor, int index) {
    PlannedTensor.Input input = tensor.inputs().get(index);
    try (Model model = repository.open(new ModelReference(input.model()))) {
      return GoldenTensors.floats(model.tensors(), tensor.spec().name());
    }
  }

  private float[] base(PlannedTensor tensor) {
    return input(tensor, tensor.base().orElseThrow());
  }

  /** The weighted mean in double precision. */
  private double[] exactLinear(PlannedTensor tensor) {
    if (!plan.method().name().equals("linear")) {
      throw new GoldenMismatch(
          "an answer in double precision is known for linear, not %s", plan.method().name());
    }
    double[] sum = new double[(int) tensor.spec().shape().elements()];
    double weights = 0;
    for (int i = 0; i < tensor.inputs().size(); i++) {
      double weight = (double) tensor.inputs().get(i).parameters().values().get("weight");
      float[] values = input(tensor, i);
      for (int j = 0; j < sum.length; j++) {
        sum[j] += weight * values[j];
      }
      weights += weight;
    }
    double total = weights;
    return Arrays.stream(sum).map(value -> value / total).toArray();
  }

  /** Elements whose magnitude equals the one that the selection ends in, in any model. */
  private boolean[] magnitudeTies(PlannedTensor tensor) {
    float[] base = base(tensor);
    boolean[] ties = new boolean[base.length];
    for (int i = 0; i < tensor.inputs().size(); i++) {
      if (i == tensor.base().orElseThrow()) {
        continue;
      }
      double density = (double) tensor.inputs().get(i).parameters().values().get("density");
      float[] magnitudes = input(tensor, i);
      for (int j = 0; j < base.length; j++) {
        magnitudes[j] = Math.abs(magnitudes[j] - base[j]);
      }
      float[] sorted = magnitudes.clone();
      Arrays.sort(sorted);
      int kept = (int) (density * base.length);
      float threshold = sorted[base.length - kept];
      for (int j = 0; j < base.length; j++) {
        ties[j] |= magnitudes[j] == threshold;
      }
    }
    return ties;
  }

  /** Every file that the reference wrote is there and says the same. */
  void files() throws IOException {
    configuration();
    same("generation_config.json");
    same("tokenizer_config.json");
    text("chat_template.jinja");
    text("mergekit_config.yml");
    tokenizer();
    index();
  }

  private void configuration() throws IOException {
    ObjectNode wanted = read(expected.resolve("config.json"));
    ObjectNode ours = read(output.resolve("config.json"));
    IGNORED.forEach(wanted::remove);
    IGNORED.forEach(ours::remove);
    if (staleVocabulary(wanted)) {
      wanted.remove("vocab_size");
      ours.remove("vocab_size");
    }
    equal("config.json", ours, wanted);
  }

  /** Where the reference trims embeddings, its configuration keeps the old height. */
  private boolean staleVocabulary(ObjectNode wanted) {
    return plan.tensors().stream()
        .filter(PlannedTensor::embedding)
        .anyMatch(
            tensor ->
                tensor.spec().shape().dimension(0) != wanted.path("vocab_size").asLong()
                    && tensor.inputs().stream()
                            .map(input -> input.origin().shape())
                            .distinct()
                            .count()
                        > 1);
  }

  private void same(String file) throws IOException {
    if (Files.exists(expected.resolve(file))) {
      ObjectNode ours = read(output.resolve(file));
      ObjectNode wanted = read(expected.resolve(file));
      for (String written : List.of("is_local", "local_files_only", "backend")) {
        ours.remove(written);
        wanted.remove(written);
      }
      equal(file, ours, wanted);
    }
  }

  private void text(String file) throws IOException {
    if (Files.exists(expected.resolve(file))) {
      equal(file, lines(output.resolve(file)), lines(expected.resolve(file)));
    }
  }

  /**
   * The same tokens, added or not, and the same merges. Where the reference appends the tokens of
   * other models, their numbers follow no order, so only the base's must agree.
   */
  private void tokenizer() throws IOException {
    if (Files.exists(expected.resolve(Vocabulary.FILE))) {
      Vocabulary wanted = vocabulary(expected);
      Vocabulary ours = vocabulary(output);
      equal("tokens", ours.ids().keySet(), wanted.ids().keySet());
      equal("number of tokens", ours.size(), wanted.size());
      equal(
          "added tokens",
          new TreeSet<>(ours.added().keySet()),
          new TreeSet<>(wanted.added().keySet()));
      equal("tokenizer model", ours.json().get("model"), wanted.json().get("model"));
    }
  }

  private static Vocabulary vocabulary(Path folder) throws IOException {
    return Vocabulary.parse(Files.readAllBytes(folder.resolve(Vocabulary.FILE)));
  }

  /** Brings the reference's rows into the order of our tokens. */
  private float[] inOurOrder(PlannedTensor tensor, float[] wanted) {
    if (!tensor.embedding() || !Files.exists(expected.resolve(Vocabulary.FILE))) {
      return wanted;
    }
    int width = (int) tensor.spec().shape().dimension(1);
    float[] ordered = wanted.clone();
    try {
      Vocabulary theirs = vocabulary(expected);
      vocabulary(output)
          .ids()
          .forEach(
              (token, row) ->
                  System.arraycopy(
                      wanted, theirs.ids().get(token) * width, ordered, row * width, width));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return ordered;
  }

  private void index() throws IOException {
    String file = "model.safetensors.index.json";
    if (Files.exists(expected.resolve(file))) {
      ObjectNode wanted = read(expected.resolve(file));
      ObjectNode ours = read(output.resolve(file));
      equal("weight_map of " + file, ours.get("weight_map"), wanted.get("weight_map"));
      equal(
          "total_size of " + file,
          ours.at("/metadata/total_size"),
          wanted.at("/metadata/total_size"));
    }
  }

  private static ObjectNode read(Path file) throws IOException {
    return JsonFiles.parseObject(file.getFileName().toString(), Files.readAllBytes(file));
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file);
  }

  private static void equal(String what, Object ours, Object wanted) {
    if (!Objects.equals(ours, wanted)) {
      throw new GoldenMismatch("%s: ours is %s, the reference's %s", what, ours, wanted);
    }
  }
}
