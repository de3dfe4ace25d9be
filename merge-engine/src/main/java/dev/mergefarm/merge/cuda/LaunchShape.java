package dev.mergefarm.merge.cuda;

/**
 * How many threads a kernel runs on, in one dimension.
 *
 * @param blocks 1 or more
 * @param threads of a block; a multiple of 32, at most 1024
 * @param sharedBytes dynamic shared memory of a block; a device allows more than 48 KiB only after
 *     it was told so for the kernel, which is the device's own business
 */
public record LaunchShape(int blocks, int threads, int sharedBytes) {

  public LaunchShape {
    if (blocks < 1 || threads < 32 || threads > 1024 || threads % 32 != 0 || sharedBytes < 0) {
      throw new IllegalArgumentException(
          "blocks from 1, threads a multiple of 32 up to 1024, shared memory from 0; found "
              + blocks
              + ", "
              + threads
              + ", "
              + sharedBytes);
    }
  }
}
