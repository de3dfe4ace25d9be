// What the kernels take from their platform. nvcc gives it; elsewhere the header host_platform.h of the tests does.
#pragma once

#include <stdint.h>

#ifdef __CUDACC__

#define DEVICE __device__ __forceinline__
// A kernel for blocks of so many threads at most, of which a processor should hold so many. Its one parameter comes by
// value, in constant memory, so that its arrays can be indexed by a variable.
#define KERNEL(name, Parameters, threads, blocks) \
  extern "C" __global__ void __launch_bounds__(threads, blocks) name(const __grid_constant__ Parameters p)
// The same for kernels whose threads wait for each other, or exchange values.
#define KERNEL_WITH_BARRIERS(name, Parameters, threads, blocks) KERNEL(name, Parameters, threads, blocks)

extern __shared__ __align__(16) unsigned char sharedMemory[];

#else

#include "host_platform.h"

#endif

static const unsigned ALL_LANES = 0xffffffffu;
