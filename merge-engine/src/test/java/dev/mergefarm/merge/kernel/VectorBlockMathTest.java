package dev.mergefarm.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation on vectors against the plain loops, bit by bit. */
class VectorBlockMathTest {

  private static final int[] COUNTS = {0, 1, 3, 15, 16, 17, 31, 32, 33, 100, 255, 511, 512};
  private static final float[] SPECIAL = {
    0f,
    -0f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    65504f,
    65519.996f,
    65520f,
    -65536f,
    0x1p-14f,
    0x1p-24f,
    0x1p-25f,
    1.5f * 0x1p-25f,
    3.3895314e38f
  };

  private final BlockMath plain = new PlainBlockMath();
  private final BlockMath vector = new VectorBlockMath();

  static Stream<Arguments> everyTypeAndCount() {
    return Stream.of(DataType.F32, DataType.F16, DataType.BF16)
        .flatMap(type -> Arrays.stream(COUNTS).mapToObj(count -> Arguments.of(type, count)));
  }

  static Stream<Integer> everyCount() {
    return Arrays.stream(COUNTS).boxed();
  }

  private static float[] row(long seed) {
    Random random = new Random(seed);
    float[] row = new float[512];
    for (int i = 0; i < row.length; i++) {
      row[i] =
          switch (random.nextInt(4)) {
            case 0 -> SPECIAL[random.nextInt(SPECIAL.length)];
            case 1 -> Float.intBitsToFloat(random.nextInt());
            default -> (float) random.nextGaussian();
          };
    }
    return row;
  }

  private static void assertSameBits(float[] actual, float[] expected) {
    for (int i = 0; i < expected.length; i++) {
      boolean bothNan = Float.isNaN(actual[i]) && Float.isNaN(expected[i]);
      assertThat(
              bothNan || Float.floatToRawIntBits(actual[i]) == Float.floatToRawIntBits(expected[i]))
          .as("element %d: %s and %s", i, actual[i], expected[i])
          .isTrue();
    }
  }

  private interface Operation {
    void run(BlockMath math, float[] target);
  }

  private void compare(Operation operation) {
    float[] expected = row(99);
    float[] actual = row(99);
    operation.run(plain, expected);
    operation.run(vector, actual);
    assertSameBits(actual, expected);
  }

  /** Random bits of a type, starting at an odd address. */
  private static MemorySegment stored(DataType type, long seed) {
    byte[] bytes = new byte[1 + 512 * type.bytes()];
    new Random(seed).nextBytes(bytes);
    MemorySegment segment = Arena.ofAuto().allocate(bytes.length, 64);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  @ParameterizedTest
  @MethodSource("everyTypeAndCount")
  void decodingGivesTheSameBitsAtAnyAlignment(DataType type, int count) {
    MemorySegment source = stored(type, 1);
    for (int offset = 0; offset < 2; offset++) {
      int at = offset;
      compare((math, target) -> math.decode(type, source, at, target, count));
      compare((math, target) -> math.decodeScaled(type, source, at, 0.3f, target, count));
      compare((math, target) -> math.decodeAddScaled(type, source, at, -1.7f, target, count));
      compare((math, target) -> math.decodeSubtract(type, source, at, row(2), target, count));
    }
  }

  @ParameterizedTest
  @MethodSource("everyTypeAndCount")
  void encodingGivesTheSameBitsAndTouchesNothingElse(DataType type, int count) {
    for (int offset = 0; offset < 2; offset++) {
      MemorySegment expected = stored(type, 3);
      MemorySegment actual = stored(type, 3);
      plain.encode(type, row(4), expected, offset, count);
      vector.encode(type, row(4), actual, offset, count);
      assertThat(actual.toArray(ValueLayout.JAVA_BYTE))
          .isEqualTo(expected.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @ParameterizedTest
  @MethodSource("everyCount")
  void arithmeticGivesTheSameBits(int count) {
    float[] x = row(5);
    float[] y = row(6);
    compare((math, target) -> math.add(target, x, y, count));
    compare((math, target) -> math.subtract(target, x, y, count));
    compare((math, target) -> math.multiply(target, x, y, count));
    compare((math, target) -> math.divide(target, x, y, count));
    compare((math, target) -> math.scale(target, x, 0.7f, count));
    compare((math, target) -> math.divideBy(target, x, 0.7f, count));
    compare((math, target) -> math.addScaled(target, x, 0.7f, count));
    compare((math, target) -> math.replaceZeros(target, x, count));
  }

  @ParameterizedTest
  @MethodSource("everyCount")
  void choosingElementsGivesTheSameBits(int count) {
    float[] x = row(7);
    float[] y = row(8);
    compare((math, target) -> math.keepLarge(target, x, 0.5f, count));
    compare((math, target) -> math.keepSmall(target, x, 0.5f, count));
    compare((math, target) -> math.keepDrawn(target, x, y, 0.4f, count));
    compare((math, target) -> math.addAgreeing(target, row(9), x, y, 0.4f, count));
    compare((math, target) -> math.addAgreeing(row(9), target, x, y, 0.4f, count));
  }

  @ParameterizedTest
  @MethodSource("everyCount")
  void elementsBetweenTwoMagnitudesAreFoundInOrder(int count) {
    float[] x = row(7);
    int least = Float.floatToRawIntBits(0.25f);
    int last = Float.floatToRawIntBits(Float.NaN);
    int[] found = new int[512];
    int[] expected = new int[512];
    int number = vector.find(found, x, least, last, count);

    assertThat(number).isEqualTo(plain.find(expected, x, least, last, count));
    assertThat(Arrays.copyOf(found, number)).isEqualTo(Arrays.copyOf(expected, number));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 31, 63, 64})
  void bitsOfWhatIsKeptAreTheSame(int count) {
    float[] draws = row(8);
    long bits = vector.below(draws, 3, 0.4f, count);

    assertThat(bits).isEqualTo(plain.below(draws, 3, 0.4f, count));
    compare((math, target) -> math.keepBits(target, 3, bits, count));
  }

  @ParameterizedTest
  @MethodSource("everyCount")
  void sumsInDoublePrecisionAreTheSame(int count) {
    float[] x = new float[512];
    float[] y = new float[512];
    Random random = new Random(10);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
      y[i] = (float) random.nextGaussian();
    }
    double[] expected = new double[BlockMath.LANES];
    double[] actual = new double[BlockMath.LANES];
    plain.addProducts(expected, x, y, count);
    vector.addProducts(actual, x, y, count);
    plain.addMagnitudes(expected, x, count);
    vector.addMagnitudes(actual, x, count);
    assertThat(actual).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("everyCount")
  void randomNumbersAreTheSameFromAnyElementOn(int count) {
    CounterRandom random = CounterRandom.of(42, "model.norm.weight", "a model");
    for (long first : new long[] {0, 32, 33, 512, (1L << 35) - 64}) {
      compare((math, target) -> math.uniform(random, first, target, count));
    }
  }

  @Test
  void theBestKernelsOfThisMachineSayWhyTheyWereChosen() {
    Kernels best = Kernels.best();

    assertThat(best.math().name()).isEqualTo("vector");
    assertThat(best.reason()).contains("bits");
  }
}
