package dev.mergefarm.merge.cuda;

/**
 * A stretch of a device's memory. The owner closes it once no stream has work left that uses it.
 */
public interface DeviceMemory extends AutoCloseable {

  /** The first byte's address, a multiple of 256. */
  long address();

  /** Length in bytes, as asked for. */
  long bytes();

  @Override
  void close();
}
