package dev.mergefarm.eval.model;

import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorRanges;
import dev.mergefarm.storage.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A checkpoint with one matrix for each projection of each expert, under one spelling, however it
 * is stored: {@code mlp.experts.E.gate_proj.weight}, {@code up_proj} and {@code down_proj}.
 * Checkpoints also have all experts of a layer in {@code mlp.experts.gate_up_proj} of shape
 * [experts, 2 * inner, hidden] and {@code mlp.experts.down_proj} of shape [experts, hidden, inner],
 * or call them {@code block_sparse_moe} and {@code w1}, {@code w3}, {@code w2}. Other tensors are
 * seen as they are. Closing it closes the checkpoint.
 */
final class SeparateExperts implements TensorSource {

  /** A layer with more experts than this is a broken file. */
  private static final long MOST_EXPERTS = 1 << 16;

  private static final Pattern TOGETHER =
      Pattern.compile("(.+\\.mlp\\.experts)\\.(gate_up_proj|down_proj)");

  private static final String OLDER_BLOCK = ".block_sparse_moe.";
  private static final Pattern OLDER_MATRIX =
      Pattern.compile("(.+\\.experts\\.\\d+)\\.(w[123])\\.weight");
  private static final Map<String, String> MATRICES =
      Map.of("w1", "gate_proj", "w2", "down_proj", "w3", "up_proj");

  private final TensorSource stored;
  private final SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final Map<String, Place> places = new HashMap<>();

  /** Where a matrix begins within a stored tensor, in bytes. */
  private record Place(TensorInfo tensor, long start) {}

  private SeparateExperts(TensorSource stored) {
    this.stored = stored;
    stored.tensors().values().forEach(this::add);
  }

  /** The checkpoint in the one spelling; itself where it has no experts. */
  static TensorSource of(TensorSource stored) {
    boolean experts =
        stored.tensors().keySet().stream()
            .anyMatch(name -> name.contains(OLDER_BLOCK) || TOGETHER.matcher(name).matches());
    return experts ? new SeparateExperts(stored) : stored;
  }

  private void add(TensorInfo tensor) {
    Matcher together = TOGETHER.matcher(tensor.name());
    if (together.matches() && divides(tensor, together.group(2).equals("gate_up_proj"))) {
      split(tensor, together.group(1), together.group(2));
    } else {
      put(spelling(tensor.name()), tensor.shape(), new Place(tensor, 0), tensor.bytes());
    }
  }

  private static boolean divides(TensorInfo tensor, boolean twoMatrices) {
    Shape shape = tensor.shape();
    return shape.rank() == 3
        && shape.elements() > 0
        && shape.dimension(0) <= MOST_EXPERTS
        && (!twoMatrices || shape.dimension(1) % 2 == 0)
        && tensor.bytes() % (2 * shape.dimension(0)) == 0;
  }

  private void split(TensorInfo tensor, String experts, String matrices) {
    List<String> parts =
        matrices.equals("down_proj") ? List.of("down_proj") : List.of("gate_proj", "up_proj");
    Shape shape = tensor.shape();
    long count = shape.dimension(0) * parts.size();
    long bytes = tensor.bytes() / count;
    Shape one = Shape.of(shape.dimension(1) / parts.size(), shape.dimension(2));
    for (int i = 0; i < count; i++) {
      String name =
          experts + "." + i / parts.size() + "." + parts.get(i % parts.size()) + ".weight";
      put(name, one, new Place(tensor, i * bytes), bytes);
    }
  }

  private static String spelling(String name) {
    String block = name.replace(OLDER_BLOCK, ".mlp.");
    Matcher matrix = OLDER_MATRIX.matcher(block);
    return matrix.matches()
        ? matrix.group(1) + "." + MATRICES.get(matrix.group(2)) + ".weight"
        : block;
  }

  /** A name that is there twice stays as it is stored, so that it is reported as not read. */
  private void put(String name, Shape shape, Place place, long bytes) {
    String free = tensors.containsKey(name) ? place.tensor().name() : name;
    TensorInfo whole = place.tensor();
    tensors.put(
        free,
        new TensorInfo(
            free, whole.dataType(), shape, whole.file(), whole.offset() + place.start(), bytes));
    places.put(free, place);
  }

  @Override
  public SequencedMap<String, TensorInfo> tensors() {
    return Collections.unmodifiableSequencedMap(tensors);
  }

  @Override
  public void read(TensorInfo tensor, long offset, MemorySegment target) {
    TensorRanges.check(tensor, offset, target.byteSize());
    Place place = places.get(tensor.name());
    stored.read(place.tensor(), place.start() + offset, target);
  }

  @Override
  public List<Problem> warnings() {
    return stored.warnings();
  }

  @Override
  public void close() {
    stored.close();
  }
}
