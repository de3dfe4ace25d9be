#!/bin/sh
# Compiles the kernels for every chip that the engine supports, into one file that is part of the engine's resources, and
# records what it was made from. Needs nvcc 13. The engine itself is built without it: a test compares the record with the
# sources, so that neither is changed alone.
set -eu
cd "$(dirname "$0")"
resources=../resources/dev/mergefarm/merge/cuda
mkdir -p "$resources"

# Machine code for chips from A100 to B200, and an intermediate form for those that come later. Nothing is contracted to a
# fused multiply-add that the plain twin does not have.
nvcc -fatbin -std=c++17 -O3 -fmad=false --compress-mode=size -Werror all-warnings \
  -gencode arch=compute_80,code=sm_80 \
  -gencode arch=compute_86,code=sm_86 \
  -gencode arch=compute_89,code=sm_89 \
  -gencode arch=compute_90,code=sm_90 \
  -gencode arch=compute_100,code=sm_100 \
  -gencode arch=compute_80,code=compute_80 \
  --threads 0 -o "$resources/kernels.fatbin" kernels.cu

sha256sum ./*.cu ./*.cuh ./build.sh | LC_ALL=C sort -k 2 | sha256sum | cut -d ' ' -f 1 > "$resources/kernels.sources"
