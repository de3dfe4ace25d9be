package dev.mergefarm.merge.cuda.check;

import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.method.MergeInput;
import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.method.MethodRegistry;
import dev.mergefarm.merge.method.ParameterValues;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Random merges of every method, element type, odd size and kind of number. */
public final class MergeCases {

  /** Element types of the inputs, in turn, and of the output. */
  private record Types(DataType output, List<DataType> inputs) {
    static Types same(DataType type) {
      return new Types(type, List.of(type));
    }

    @Override
    public String toString() {
      return inputs + " to " + output;
    }
  }

  private static final List<Types> TYPES =
      List.of(
          Types.same(DataType.F32),
          Types.same(DataType.F16),
          Types.same(DataType.BF16),
          new Types(DataType.BF16, List.of(DataType.BF16, DataType.F32, DataType.F16)),
          new Types(DataType.F32, List.of(DataType.F16, DataType.BF16)));

  private static final List<Shape> SHAPES =
      List.of(
          Shape.of(1),
          Shape.of(33),
          Shape.of(7, 701),
          Shape.of(3, 5, 41),
          Shape.of(2048),
          Shape.of(31, 64));

  /** More than one segment of a sum, with rows that cross from one to the next. */
  private static final Shape LARGE = Shape.of(65, 1021);

  private final RandomGenerator random;

  private MergeCases(long seed) {
    random = new SplittableRandom(seed);
  }

  /**
   * Every way through every method with every mixture of element types, each with another shape and
   * kind of number, and every way with few models once with a tensor of more than one segment.
   */
  public static List<MergeCase> all(long seed) {
    MergeCases cases = new MergeCases(seed);
    List<MergeCase> all = new ArrayList<>();
    int turn = 0;
    for (Variant variant : Variant.all()) {
      for (Types types : TYPES) {
        Values values = Values.values()[turn % Values.values().length];
        all.add(cases.make(variant, types, SHAPES.get(turn % SHAPES.size()), values));
        turn++;
      }
      if (variant.models() <= 3) {
        Values values = Values.values()[turn % Values.values().length];
        all.add(cases.make(variant, TYPES.get(turn % TYPES.size()), LARGE, values));
        turn++;
      }
    }
    return List.copyOf(all);
  }

  /** One case of any kind, of up to this many elements. */
  public static MergeCase any(long seed, int elements) {
    MergeCases cases = new MergeCases(seed);
    List<Variant> variants = Variant.all();
    Variant variant = variants.get(cases.random.nextInt(variants.size()));
    Types types = TYPES.get(cases.random.nextInt(TYPES.size()));
    Values values = Values.values()[cases.random.nextInt(Values.values().length)];
    return cases.make(variant, types, cases.shape(elements), values);
  }

  /** A tensor of a stated size and one element type, as in a model, for measuring. */
  static MergeCase typical(Variant variant, DataType type, Shape shape) {
    return new MergeCases(1).make(variant, Types.same(type), shape, Values.NORMAL);
  }

  private Shape shape(int elements) {
    int rows = random.nextInt(1, (int) Math.sqrt(elements) + 1);
    int columns = random.nextInt(1, elements / rows + 1);
    return switch (random.nextInt(3)) {
      case 0 -> Shape.of(random.nextInt(1, elements + 1));
      case 1 -> Shape.of(rows, columns);
      default -> Shape.of(rows, Math.max(1, columns / 3), 3);
    };
  }

  private MergeCase make(Variant variant, Types types, Shape shape, Values values) {
    int count = Math.toIntExact(shape.elements());
    float[] origin = values.base(random, count);
    List<MergeInput> inputs = new ArrayList<>();
    int base = variant.base() ? random.nextInt(variant.models() + 1) : -1;
    int model = 0;
    for (int i = 0; i < variant.models() + (variant.base() ? 1 : 0); i++) {
      DataType type = types.inputs().get(i % types.inputs().size());
      float[] content = i == base ? origin : values.near(random, origin);
      Map<String, Object> parameters =
          i == base ? Map.of() : variant.perModel().get(model++ % variant.perModel().size());
      inputs.add(
          new MergeInput(
              "model-" + i,
              MemoryBlocks.of(type, shape, content),
              new ParameterValues(parameters),
              companion(variant, type, shape)));
    }
    String name = variant + ", " + types + ", " + shape + ", " + values;
    return new MergeCase(name, plan(variant, types, inputs, base, name));
  }

  private Optional<TensorBlocks> companion(Variant variant, DataType type, Shape shape) {
    if (!variant.companions()) {
      return Optional.empty();
    }
    float[] information = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < information.length; i++) {
      information[i] = (float) Math.exp(random.nextGaussian() * 3);
    }
    return Optional.of(MemoryBlocks.of(type, shape, information));
  }

  private TensorMerge plan(
      Variant variant, Types types, List<MergeInput> inputs, int base, String name) {
    MergeMethod method = MethodRegistry.standard().find(variant.method()).orElseThrow();
    Problems problems = new Problems();
    Optional<TensorMerge> merge =
        TensorMerge.plan(
            new TensorMerge.Request(
                method,
                "layers." + random.nextInt(100) + ".weight",
                false,
                inputs,
                base < 0 ? OptionalInt.empty() : OptionalInt.of(base),
                new ParameterValues(variant.global()),
                Optional.of(types.output()),
                random.nextLong()),
            problems);
    problems.throwIfErrors();
    return merge.orElseThrow(() -> new IllegalStateException("not planned: " + name));
  }
}
