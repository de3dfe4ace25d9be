package dev.mergefarm.merge.device;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where to merge, as recipes' options and settings say it. */
public sealed interface DeviceChoice {

  /** On GPUs if there are any. */
  record Auto() implements DeviceChoice {}

  /** On the processor. */
  record Processor() implements DeviceChoice {}

  /**
   * On GPUs, or not at all.
   *
   * @param ordinal of one; empty for all
   */
  record Cuda(Optional<Integer> ordinal) implements DeviceChoice {}

  /** What can be written. */
  String FORM = "auto, cpu, cuda or cuda:N";

  /**
   * Reads {@value #FORM}.
   *
   * @throws IllegalArgumentException for anything else
   */
  static DeviceChoice parse(String text) {
    Matcher cuda = Pattern.compile("cuda(?::(\\d{1,3}))?").matcher(text);
    if (text.equals("auto")) {
      return new Auto();
    }
    if (text.equals("cpu")) {
      return new Processor();
    }
    if (cuda.matches()) {
      return new Cuda(Optional.ofNullable(cuda.group(1)).map(Integer::valueOf));
    }
    throw new IllegalArgumentException("device must be " + FORM + ", found '" + text + "'");
  }
}
