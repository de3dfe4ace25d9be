package dev.mergefarm.merge.cuda.check;

import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.MemorySegment;

/**
 * A large tensor for measuring, whose content is a smaller one's again and again.
 *
 * @param pattern what is repeated
 */
record SyntheticBlocks(MemoryBlocks pattern, Shape shape) implements TensorBlocks {

  @Override
  public DataType dataType() {
    return pattern.dataType();
  }

  @Override
  public void read(long firstElement, MemorySegment target) {
    MemorySegment content = pattern.content();
    long at = dataType().bytesFor(firstElement) % content.byteSize();
    for (long done = 0; done < target.byteSize(); at = 0) {
      long piece = Math.min(content.byteSize() - at, target.byteSize() - done);
      MemorySegment.copy(content, at, target, done, piece);
      done += piece;
    }
  }
}
