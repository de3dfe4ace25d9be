package dev.mergefarm.merge.cuda.check;

import java.util.random.RandomGenerator;

/** What numbers a case's tensors hold. */
enum Values {
  /** As in trained weights: normal, a few hundredths, with small changes from model to model. */
  NORMAL {
    @Override
    float[] base(RandomGenerator random, int count) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) (random.nextGaussian() * 0.02);
      }
      return values;
    }

    @Override
    float change(RandomGenerator random) {
      return (float) (random.nextGaussian() * 0.002);
    }
  },
  /** Few different numbers, so that many changes are equal and many are zero. */
  COARSE {
    @Override
    float[] base(RandomGenerator random, int count) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = random.nextInt(-8, 9) / 16f;
      }
      return values;
    }

    @Override
    float change(RandomGenerator random) {
      return random.nextInt(3) == 0 ? 0 : random.nextInt(-3, 4) / 32f;
    }
  },
  /** Normal numbers among which every kind of special one is strewn. */
  SPECIAL {
    private static final float[] KINDS = {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      0f,
      -0f,
      Float.MIN_VALUE,
      -Float.MIN_NORMAL / 3,
      0x1p-24f,
      -0x1.8p-25f,
      65504f,
      65520f,
      Float.MAX_VALUE,
      -Float.MAX_VALUE
    };

    @Override
    float[] base(RandomGenerator random, int count) {
      float[] values = NORMAL.base(random, count);
      for (int i = 0; i < count; i++) {
        if (random.nextInt(20) == 0) {
          values[i] = KINDS[random.nextInt(KINDS.length)];
        }
      }
      return values;
    }

    @Override
    float change(RandomGenerator random) {
      return random.nextInt(40) == 0 ? KINDS[random.nextInt(KINDS.length)] : NORMAL.change(random);
    }
  };

  /** One model's tensor. */
  abstract float[] base(RandomGenerator random, int count);

  /** What another model adds to an element. */
  abstract float change(RandomGenerator random);

  /** A model near another. */
  float[] near(RandomGenerator random, float[] base) {
    float[] values = base.clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += change(random);
    }
    return values;
  }
}
