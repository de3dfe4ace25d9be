package dev.mergefarm.merge.cuda.driver;

import java.util.Objects;

/**
 * What the driver says of a device.
 *
 * @param ordinal its number, from 0
 * @param model such as {@code NVIDIA H200}
 * @param major of its compute capability
 * @param minor of its compute capability
 * @param memoryBytes all of its memory
 */
public record GraphicsProcessor(int ordinal, String model, int major, int minor, long memoryBytes) {

  public GraphicsProcessor {
    Objects.requireNonNull(model, "model");
    if (ordinal < 0) {
      throw new IllegalArgumentException("ordinal must be 0 or more, found " + ordinal);
    }
  }

  /** As recipes and command lines name it, and what it is: {@code cuda:0 NVIDIA H200}. */
  public String name() {
    return "cuda:" + ordinal + " " + model;
  }
}
