// What the kernels need of CUDA, for a compiler of this machine: blocks run one after the other on one thread. Threads of
// a block that wait for each other are fibers.
#pragma once

#include <math.h>
#include <setjmp.h>
#include <stddef.h>
#include <string.h>
#include <ucontext.h>

#include <algorithm>

#define DEVICE inline __attribute__((always_inline))

struct uint4 {
  unsigned x, y, z, w;
};

struct Dimensions {
  unsigned x;
};

namespace host {

using Body = void (*)(const void* parameters);

// A kernel by its name; they form a list before main.
struct Kernel {
  const char* name;
  Body body;
  size_t parameterBytes;
  bool barriers;
  Kernel* next;

  Kernel(const char* name, Body body, size_t parameterBytes, bool barriers);
};

enum class Wait { NOTHING, WARP, BLOCK, DONE };

// One thread of a block.
struct Fiber {
  Dimensions index;
  Wait wait;
  bool started;
  uint64_t exchanged;
  jmp_buf place;
  ucontext_t context;
};

// The block that runs now.
struct Block {
  Dimensions index;
  Dimensions threads;
  Dimensions blocks;
  Fiber* current;
  Fiber* fibers;
  unsigned char* shared;
};

extern thread_local Block block;

// Lets the other threads run until all of a warp or of the block have come here.
void wait(Wait what);

// What another thread of this warp gave to the exchange.
uint64_t exchange(uint64_t given, unsigned lane);

void exchangeAll(uint64_t given, uint64_t* ofLanes);

}  // namespace host

#define HOST_KERNEL(name, Parameters, barriers)                                                       \
  static void name(const Parameters& p);                                                              \
  static host::Kernel name##_kernel(                                                                  \
      #name, [](const void* bytes) { name(*static_cast<const Parameters*>(bytes)); }, sizeof(Parameters), barriers); \
  static void name(const Parameters& p)
#define KERNEL(name, Parameters, threads, blocks) HOST_KERNEL(name, Parameters, false)
#define KERNEL_WITH_BARRIERS(name, Parameters, threads, blocks) HOST_KERNEL(name, Parameters, true)

#define threadIdx (host::block.current->index)
#define blockIdx (host::block.index)
#define blockDim (host::block.threads)
#define gridDim (host::block.blocks)
#define sharedMemory (host::block.shared)

DEVICE uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return uint4{x, y, z, w}; }

DEVICE uint4 __ldg(const uint4* source) {
  uint4 value;
  memcpy(&value, source, sizeof value);
  return value;
}

DEVICE float __uint_as_float(unsigned bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

DEVICE unsigned __float_as_uint(float value) {
  unsigned bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

DEVICE void __syncthreads() { host::wait(host::Wait::BLOCK); }

DEVICE void __syncwarp() { host::wait(host::Wait::WARP); }

template <class T>
DEVICE T exchanged(T value, unsigned lane) {
  uint64_t given = 0;
  memcpy(&given, &value, sizeof value);
  uint64_t taken = host::exchange(given, lane);
  T result;
  memcpy(&result, &taken, sizeof result);
  return result;
}

template <class T>
DEVICE T __shfl_sync(unsigned, T value, unsigned lane) {
  return exchanged(value, lane & 31u);
}

template <class T>
DEVICE T __shfl_xor_sync(unsigned, T value, unsigned mask) {
  return exchanged(value, (threadIdx.x & 31u) ^ mask);
}

// Beyond the last lane of a part as wide as given, a thread gets its own value back.
template <class T>
DEVICE T __shfl_down_sync(unsigned, T value, unsigned distance, unsigned width = 32) {
  unsigned lane = threadIdx.x & 31u;
  return exchanged(value, lane % width + distance < width ? lane + distance : lane);
}

template <class T>
DEVICE T __shfl_up_sync(unsigned, T value, unsigned distance) {
  unsigned lane = threadIdx.x & 31u;
  return exchanged(value, lane >= distance ? lane - distance : lane);
}

DEVICE unsigned __match_any_sync(unsigned, unsigned value) {
  uint64_t values[32];
  host::exchangeAll(value, values);
  unsigned mask = 0;
  for (unsigned lane = 0; lane < 32; lane++) {
    mask |= (values[lane] == value ? 1u : 0u) << lane;
  }
  return mask;
}

DEVICE unsigned __ballot_sync(unsigned, int predicate) {
  uint64_t values[32];
  host::exchangeAll(predicate != 0, values);
  unsigned mask = 0;
  for (unsigned lane = 0; lane < 32; lane++) {
    mask |= static_cast<unsigned>(values[lane]) << lane;
  }
  return mask;
}

DEVICE int __popc(unsigned bits) { return __builtin_popcount(bits); }

DEVICE int __ffs(int bits) { return __builtin_ffs(bits); }

template <class T>
DEVICE T atomicAdd(T* target, T value) {
  T before = *target;
  *target = before + value;
  return before;
}

DEVICE unsigned atomicOr(unsigned* target, unsigned value) {
  unsigned before = *target;
  *target = before | value;
  return before;
}

DEVICE unsigned atomicMax(unsigned* target, unsigned value) {
  unsigned before = *target;
  *target = std::max(before, value);
  return before;
}
