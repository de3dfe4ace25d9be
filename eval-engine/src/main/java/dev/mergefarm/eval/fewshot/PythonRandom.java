package dev.mergefarm.eval.fewshot;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Python's {@code random.Random}: the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998) with
 * CPython's seeding and sampling, bit for bit. Not thread safe.
 */
public final class PythonRandom {

  private static final int N = 624;
  private static final int M = 397;
  private static final int MATRIX = 0x9908b0df;
  private static final int UPPER = 0x80000000;
  private static final int LOWER = 0x7fffffff;
  private static final double SCALE = 1.0 / 9007199254740992.0;

  private final int[] state = new int[N];
  private int index;

  /** Seeded as by {@code Random(seed)}; the sign does not count. */
  public PythonRandom(long seed) {
    seed(BigInteger.valueOf(seed).abs());
  }

  /** Seeded as by {@code Random(text)}. */
  public PythonRandom(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      byte[] hash = MessageDigest.getInstance("SHA-512").digest(bytes);
      byte[] all = new byte[bytes.length + hash.length];
      System.arraycopy(bytes, 0, all, 0, bytes.length);
      System.arraycopy(hash, 0, all, bytes.length, hash.length);
      seed(new BigInteger(1, all));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-512", e);
    }
  }

  private void seed(BigInteger value) {
    int words = Math.max(1, (value.bitLength() + 31) / 32);
    int[] key = new int[words];
    for (int i = 0; i < words; i++) {
      key[i] = value.shiftRight(32 * i).intValue();
    }
    seedByArray(key);
  }

  private void seedByInteger(int seed) {
    state[0] = seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
    index = N;
  }

  private void seedByArray(int[] key) {
    seedByInteger(19650218);
    int i = 1;
    int j = 0;
    for (int k = Math.max(N, key.length); k > 0; k--) {
      state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1664525)) + key[j] + j;
      i = next(i);
      j = (j + 1) % key.length;
    }
    for (int k = N - 1; k > 0; k--) {
      state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1566083941)) - i;
      i = next(i);
    }
    state[0] = UPPER;
  }

  private int next(int i) {
    if (i + 1 >= N) {
      state[0] = state[N - 1];
      return 1;
    }
    return i + 1;
  }

  private void refill() {
    for (int i = 0; i < N; i++) {
      int y = (state[i] & UPPER) | (state[(i + 1) % N] & LOWER);
      state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : MATRIX);
    }
    index = 0;
  }

  private int output() {
    if (index >= N) {
      refill();
    }
    int y = state[index++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  /**
   * A number of that many random bits.
   *
   * @param bits 1 to 32
   */
  public long bits(int bits) {
    if (bits < 1 || bits > 32) {
      throw new IllegalArgumentException("bits must be 1 to 32, not " + bits);
    }
    return Integer.toUnsignedLong(output()) >>> (32 - bits);
  }

  /** A number from 0 up to and without 1, with 53 random bits. */
  public double nextDouble() {
    long a = output() >>> 5;
    long b = output() >>> 6;
    return (a * 67108864.0 + b) * SCALE;
  }

  /**
   * A number from 0 up to and without the bound.
   *
   * @param bound at least 1
   */
  public int below(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound must be at least 1, not " + bound);
    }
    int bits = 32 - Integer.numberOfLeadingZeros(bound);
    long drawn = bits(bits);
    while (drawn >= bound) {
      drawn = bits(bits);
    }
    return (int) drawn;
  }

  /**
   * That many different items, in the order drawn.
   *
   * @throws IllegalArgumentException if there are fewer
   */
  public <T> List<T> sample(List<T> items, int count) {
    int n = items.size();
    if (count < 0 || count > n) {
      throw new IllegalArgumentException("cannot draw " + count + " of " + n + " items");
    }
    return n <= poolLimit(count) ? sampleFromPool(items, count) : sampleByIndex(items, count);
  }

  /** Up to this size a copy of the whole population is cheaper than a set of drawn indices. */
  private static long poolLimit(int count) {
    long limit = 21;
    if (count > 5) {
      limit += Math.round(Math.pow(4, Math.ceil(Math.log(count * 3) / Math.log(4))));
    }
    return limit;
  }

  private <T> List<T> sampleFromPool(List<T> items, int count) {
    List<T> pool = new ArrayList<>(items);
    List<T> result = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int j = below(pool.size() - i);
      result.add(pool.get(j));
      pool.set(j, pool.get(pool.size() - i - 1));
    }
    return result;
  }

  private <T> List<T> sampleByIndex(List<T> items, int count) {
    Set<Integer> drawn = new HashSet<>();
    List<T> result = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int j = below(items.size());
      while (!drawn.add(j)) {
        j = below(items.size());
      }
      result.add(items.get(j));
    }
    return result;
  }

  /** Puts the items into random order. */
  public void shuffle(List<?> items) {
    for (int i = items.size() - 1; i > 0; i--) {
      Collections.swap(items, i, below(i + 1));
    }
  }

  /** Fills the target with indices drawn with replacement, as {@code choices} does. */
  public void choices(int[] target, int population) {
    for (int i = 0; i < target.length; i++) {
      target[i] = (int) (nextDouble() * population);
    }
  }
}
