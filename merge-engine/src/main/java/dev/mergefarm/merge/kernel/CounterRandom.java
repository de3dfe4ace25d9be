package dev.mergefarm.merge.kernel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Random numbers that are a function of a key and an element's index, so that any thread can draw
 * any element's number: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2,
 * 3", SC 2011).
 *
 * <p>The generator maps a counter of four 32-bit words and a key of two to four random words. The
 * key and the counter's upper two words are the first 16 bytes of the SHA-256 of the seed (8 bytes,
 * big endian), the tensor's name and the model's name (each as the length of its UTF-8 form in 4
 * bytes and then the form). Element {@code e} takes word {@code (e / 8) mod 4} of counter {@code (e
 * / 32) * 8 + e mod 8}, whose low and high halves are the counter's lower two words: 32 neighbours
 * share 8 counters in an order that suits vectors of any length. Its uniform number is the word's
 * upper 24 bits times 2^-24.
 *
 * @param key0 first word of the key
 * @param key1 second word of the key
 * @param stream2 third word of every counter
 * @param stream3 fourth word of every counter
 */
public record CounterRandom(int key0, int key1, int stream2, int stream3) {

  /** Elements that share counters. */
  public static final int GROUP = 32;

  static final int COUNTERS = 8;
  static final int ROUNDS = 10;
  static final int MULTIPLIER_0 = 0xD2511F53;
  static final int MULTIPLIER_1 = 0xCD9E8D57;
  static final int WEYL_0 = 0x9E3779B9;
  static final int WEYL_1 = 0xBB67AE85;

  /** The numbers of one model's part in one tensor. */
  public static CounterRandom of(long seed, String tensor, String model) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).array());
      for (String name : new String[] {tensor, model}) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(text.length).array());
        digest.update(text);
      }
      ByteBuffer words = ByteBuffer.wrap(digest.digest());
      return new CounterRandom(words.getInt(), words.getInt(), words.getInt(), words.getInt());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /** The uniform number of one element. */
  public float uniform(long element) {
    long counter = element / GROUP * COUNTERS + element % COUNTERS;
    int word = (int) (element / COUNTERS % 4);
    return (words(counter)[word] >>> 8) * 0x1p-24f;
  }

  /**
   * Numbers of the standard normal distribution for consecutive elements (Box and Muller 1958).
   * Element {@code n} and its neighbour {@code n ^ 1} are made from their two uniform numbers, so
   * that no magnitude is above {@code sqrt(-2 ln 2^-24)}, about 5.77.
   */
  public void normals(long firstElement, float[] target) {
    int done = 0;
    while (done < target.length) {
      long element = firstElement + done;
      float[] group = normalGroup(element / GROUP);
      int within = (int) (element % GROUP);
      int count = Math.min(target.length - done, GROUP - within);
      System.arraycopy(group, within, target, done, count);
      done += count;
    }
  }

  /** The normal numbers of the elements that share counters. */
  private float[] normalGroup(long group) {
    float[] numbers = new float[GROUP];
    for (int counter = 0; counter < COUNTERS; counter++) {
      int[] words = words(group * COUNTERS + counter);
      for (int word = 0; word < words.length; word++) {
        numbers[word * COUNTERS + counter] = (words[word] >>> 8) * 0x1p-24f;
      }
    }
    for (int i = 0; i < GROUP; i += 2) {
      double radius = Math.sqrt(-2 * Math.log(1 - numbers[i]));
      double angle = 2 * Math.PI * numbers[i + 1];
      numbers[i] = (float) (radius * Math.cos(angle));
      numbers[i + 1] = (float) (radius * Math.sin(angle));
    }
    return numbers;
  }

  /** The four random words of a counter. */
  int[] words(long counter) {
    int c0 = (int) counter;
    int c1 = (int) (counter >>> 32);
    int c2 = stream2;
    int c3 = stream3;
    int k0 = key0;
    int k1 = key1;
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = (c0 & 0xffffffffL) * (MULTIPLIER_0 & 0xffffffffL);
      long product1 = (c2 & 0xffffffffL) * (MULTIPLIER_1 & 0xffffffffL);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    return new int[] {c0, c1, c2, c3};
  }
}
