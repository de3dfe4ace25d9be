package dev.mergefarm.merge.method;

/**
 * How many models a method takes, not counting a base that it treats specially.
 *
 * @param least 0 or more
 * @param most {@link Integer#MAX_VALUE} where there is no limit
 */
public record ModelCount(int least, int most) {

  public ModelCount {
    if (least < 0 || most < least) {
      throw new IllegalArgumentException(
          "model count must be a range of numbers from 0 up, found " + least + " to " + most);
    }
  }

  public static ModelCount exactly(int count) {
    return new ModelCount(count, count);
  }

  public static ModelCount atLeast(int count) {
    return new ModelCount(count, Integer.MAX_VALUE);
  }

  public boolean allows(int count) {
    return count >= least && count <= most;
  }

  /** As in {@code exactly 2 models} or {@code at least 1 model}. */
  public String describe() {
    String noun = least == 1 ? " model" : " models";
    if (least == most) {
      return "exactly " + least + noun;
    }
    return most == Integer.MAX_VALUE
        ? "at least " + least + noun
        : "from " + least + " to " + most + " models";
  }
}
