// What the kernels take from their platform. nvcc gives it; elsewhere the header host_platform.h of the tests does.
#pragma once

#include <stdint.h>

#ifdef __CUDACC__

#define DEVICE __device__ __forceinline__
// One parameter by value, in constant memory, so that its arrays can be indexed by a variable.
#define KERNEL(name, Parameters) extern "C" __global__ void name(const __grid_constant__ Parameters p)
// The same for kernels whose threads wait for each other, or exchange values.
#define KERNEL_WITH_BARRIERS(name, Parameters) KERNEL(name, Parameters)

extern __shared__ __align__(16) unsigned char sharedMemory[];

#else

#include "host_platform.h"

#endif

static const unsigned ALL_LANES = 0xffffffffu;
