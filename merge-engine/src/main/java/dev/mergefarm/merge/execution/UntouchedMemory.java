package dev.mergefarm.merge.execution;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Native memory with arbitrary content. An arena's own memory is set to zeros, which touches all of
 * it; of this the system provides a page when it is first written to.
 *
 * @param memory valid until it is closed, for every thread
 */
record UntouchedMemory(MemorySegment memory) implements AutoCloseable {

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle MALLOC =
      function("malloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
  private static final MethodHandle FREE =
      function("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
  }

  /**
   * @throws OutOfMemoryError when the system refuses
   */
  static UntouchedMemory allocate(long bytes) {
    MemorySegment address = (MemorySegment) call(MALLOC, bytes);
    if (address.equals(MemorySegment.NULL)) {
      throw new OutOfMemoryError("the system has no " + bytes + " bytes of native memory left");
    }
    return new UntouchedMemory(address.reinterpret(bytes, Arena.global(), null));
  }

  private static Object call(MethodHandle function, Object argument) {
    try {
      return function.invoke(argument);
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable impossible) {
      throw new IllegalStateException("a native function threw", impossible);
    }
  }

  @Override
  public void close() {
    call(FREE, memory);
  }
}
