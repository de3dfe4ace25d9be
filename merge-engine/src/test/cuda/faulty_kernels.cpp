// Kernels with the faults that the platform for this machine must find.
#include "../../main/cuda/elements.cuh"

struct Faulty {
  Slice slice;
  float* target;
};

// A part of a warp waits for the block and the rest for the warp.
KERNEL_WITH_BARRIERS(waits_for_ever, Faulty, 256, 1) {
  if (threadIdx.x < 5) {
    __syncthreads();
  } else {
    __syncwarp();
  }
  p.target[0] = 0;
}

// Each thread reads what another wrote, without waiting for it.
KERNEL_WITH_BARRIERS(lacks_a_barrier, Faulty, 256, 1) {
  float* shared = reinterpret_cast<float*>(sharedMemory);
  shared[threadIdx.x] = static_cast<float>(threadIdx.x);
  p.target[threadIdx.x] = shared[blockDim.x - 1 - threadIdx.x];
}

KERNEL(writes_outside, Faulty, 256, 1) { p.target[-1 - static_cast<int>(threadIdx.x)] = 1; }

#define MERGEFARM_WITHOUT_KERNELS
#include "host_platform.cpp"
