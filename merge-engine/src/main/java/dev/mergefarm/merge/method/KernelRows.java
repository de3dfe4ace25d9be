package dev.mergefarm.merge.method;

import java.util.List;
import java.util.OptionalInt;

/**
 * The part of a kernel's parameter that names inputs whose elements, or whose differences from a
 * base, are read.
 *
 * @param inputs by index among the inputs
 */
record KernelRows(List<Integer> inputs, OptionalInt base) {

  KernelRows {
    inputs = List.copyOf(inputs);
  }

  void write(KernelCall call) {
    call.input(base.orElse(inputs.getFirst()));
    call.int32(inputs.size()).int32(base.isPresent() ? 1 : 0);
    inputs.forEach(call::input);
  }
}
