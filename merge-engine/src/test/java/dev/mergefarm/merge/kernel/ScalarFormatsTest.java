package dev.mergefarm.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ScalarFormatsTest {

  @Test
  void everyHalfDecodesAsThePlatformDecodesIt() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float ours = ScalarFormats.fromHalf((short) bits);
      float platform = Float.float16ToFloat((short) bits);

      assertThat(Float.floatToIntBits(ours)).isEqualTo(Float.floatToIntBits(platform));
    }
  }

  @Test
  void singlesEncodeToHalvesAsThePlatformRoundsThem() {
    Random random = new Random(1);
    for (int i = 0; i < 200_000; i++) {
      float value =
          i % 2 == 0
              ? Float.intBitsToFloat(random.nextInt())
              : (float) (random.nextGaussian() * Math.pow(2, random.nextInt(40) - 28));
      short ours = ScalarFormats.toHalf(value);

      if (Float.isNaN(value)) {
        assertThat(Float.isNaN(Float.float16ToFloat(ours))).isTrue();
      } else {
        assertThat(ours).as("%s", value).isEqualTo(Float.floatToFloat16(value));
      }
    }
  }

  @Test
  void bfloat16RoundsToTheNearestAndTiesToEven() {
    assertThat(ScalarFormats.toBrain(Float.intBitsToFloat(0x3f808000))).isEqualTo((short) 0x3f80);
    assertThat(ScalarFormats.toBrain(Float.intBitsToFloat(0x3f818000))).isEqualTo((short) 0x3f82);
    assertThat(ScalarFormats.toBrain(Float.intBitsToFloat(0x3f808001))).isEqualTo((short) 0x3f81);
    assertThat(ScalarFormats.toBrain(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
  }

  @Test
  void everyBfloat16SurvivesDecodingAndEncoding() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = ScalarFormats.fromBrain((short) bits);
      short back = ScalarFormats.toBrain(value);

      if (Float.isNaN(value)) {
        assertThat(Float.isNaN(ScalarFormats.fromBrain(back))).isTrue();
      } else {
        assertThat(back).isEqualTo((short) bits);
      }
    }
  }
}
