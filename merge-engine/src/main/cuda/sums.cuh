// Float64 sums over segments, in the plain twin's order: an element adds to the sum of its place in the segment modulo 16,
// and the sixteen sums of a segment are added pairwise. Segments are added in order by the caller.
#pragma once

#include "masks.cuh"

static const int LANES = 16;

// What is summed for a term: products of rows i and j for all j <= i, squares of each row, or magnitudes of each row.
enum SumKind { PRODUCTS = 0, SQUARES = 1, MAGNITUDES = 2 };

// Terms that one thread can sum; blocks have a sixteenth of their threads for each of sixteen terms.
static const int MOST_TERMS_OF_A_THREAD = 4;

struct Sums {
  double* result;   // for each segment of the tensor, one for each term
  int64_t segment;  // elements
  int kind;
  int rows;
  int terms;      // of the tensor
  int firstTerm;  // of this launch
  int lastTerm;   // exclusive
  int tile;       // elements that are brought to shared memory at a time
};

DEVICE int rowStride(const Sums& sums) { return sums.tile + LANES; }

// The rows of a term.
DEVICE void rowsOf(const Sums& sums, int term, int& i, int& j) {
  i = term;
  j = term;
  if (sums.kind == PRODUCTS) {
    for (i = 0, j = term; j > i; i++) {
      j -= i + 1;
    }
  }
}

// Brings the rows of a tile to shared memory. Fill(index, count, write) computes the values of all rows at eight elements
// and calls write(row, values).
template <class Fill>
DEVICE void fillTile(const Sums& sums, int64_t start, int64_t end, Fill fill) {
  float* tile = reinterpret_cast<float*>(sharedMemory);
  int stride = rowStride(sums);
  int vectors = sums.tile / WIDTH;
  for (int vector = threadIdx.x; vector < vectors; vector += blockDim.x) {
    int64_t index = start + vector * WIDTH;
    int64_t left = end - index;
    int count = left >= WIDTH ? WIDTH : left > 0 ? static_cast<int>(left) : 0;
    fill(index, count, [&](int row, const float* values) {
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        // Zeros behind the end change no sum: none is ever -0.
        tile[row * stride + vector * WIDTH + i] = i < count ? values[i] : 0.0f;
      }
    });
  }
}

// Adds a lane's elements of a tile to the sum of a term.
DEVICE double addTile(const Sums& sums, int term, unsigned lane, double sum) {
  int i, j;
  rowsOf(sums, term, i, j);
  const float* x = reinterpret_cast<float*>(sharedMemory) + i * rowStride(sums);
  const float* y = reinterpret_cast<float*>(sharedMemory) + j * rowStride(sums);
  if (sums.kind == MAGNITUDES) {
    for (int e = lane; e < sums.tile; e += LANES) {
      sum += static_cast<double>(fabsf(x[e]));
    }
  } else {
    for (int e = lane; e < sums.tile; e += LANES) {
      // The product of two float32 is exact in float64, so that this is the sum of a rounded product too.
      sum = fma(static_cast<double>(x[e]), static_cast<double>(y[e]), sum);
    }
  }
  return sum;
}

// Sums segments, a block each: sixteen threads for a term, up to four terms for sixteen threads.
template <class Fill>
DEVICE void sumSegments(const Slice& slice, const Sums& sums, Fill fill) {
  unsigned lane = threadIdx.x % LANES;
  int firstTerm = sums.firstTerm + threadIdx.x / LANES;
  int slots = blockDim.x / LANES;
  int64_t segments = (slice.count + sums.segment - 1) / sums.segment;
  for (int64_t segment = blockIdx.x; segment < segments; segment += gridDim.x) {
    double total[MOST_TERMS_OF_A_THREAD] = {0, 0, 0, 0};
    int64_t begin = segment * sums.segment;
    int64_t end = begin + sums.segment < slice.count ? begin + sums.segment : slice.count;
    for (int64_t start = begin; start < end; start += sums.tile) {
      fillTile(sums, start, end, fill);
      __syncthreads();
#pragma unroll
      for (int k = 0; k < MOST_TERMS_OF_A_THREAD; k++) {
        if (firstTerm + k * slots < sums.lastTerm) {
          total[k] = addTile(sums, firstTerm + k * slots, lane, total[k]);
        }
      }
      __syncthreads();
    }
#pragma unroll
    for (int k = 0; k < MOST_TERMS_OF_A_THREAD; k++) {
      int term = firstTerm + k * slots;
#pragma unroll
      for (int half = LANES / 2; half >= 1; half /= 2) {
        total[k] += __shfl_down_sync(ALL_LANES, total[k], half, LANES);
      }
      if (lane == 0 && term < sums.lastTerm) {
        sums.result[(slice.first / sums.segment + segment) * sums.terms + term] = total[k];
      }
    }
  }
}

// Inputs of which a kernel reads rows, or their changes from a base.
struct Rows {
  Vector base;
  int models;
  int fromBase;
  Vector inputs[MOST_INPUTS];
};

struct RowSums {
  Slice slice;
  Sums sums;
  Rows rows;
};

KERNEL_WITH_BARRIERS(row_sums, RowSums, 128, 8) {
  auto inputs = [&](int j) -> const Vector& { return p.rows.inputs[j]; };
  sumSegments(p.slice, p.sums, [&](int64_t index, int count, auto write) {
    FromBase fromBase = {{0, 0, 0, 0, 0, 0, 0, 0}};
    if (p.rows.fromBase) {
      load(p.rows.base, index, count, fromBase.base);
    }
    eachInput<2>(inputs, p.rows.models, index, count, [&](int j, float* values) {
      if (p.rows.fromBase) {
        fromBase(j, values);
      }
      write(j, values);
    });
  });
}

struct ThinnedVectors {
  Vector base;
  int models;
  int reserved;
  TaskVector vectors[MOST_INPUTS];
};

struct ThinnedSums {
  Slice slice;
  Sums sums;
  ThinnedVectors thinned;
};

// The magnitudes of each change, and of what is kept of it: rows 2j and 2j + 1.
KERNEL_WITH_BARRIERS(thinned_sums, ThinnedSums, 128, 4) {
  auto inputs = [&](int j) -> const Vector& { return p.thinned.vectors[j].input; };
  sumSegments(p.slice, p.sums, [&](int64_t index, int count, auto write) {
    FromBase fromBase;
    load(p.thinned.base, index, count, fromBase.base);
    eachInput<2>(inputs, p.thinned.models, index, count, [&](int j, float* change) {
      fromBase(j, change);
      write(2 * j, change);
      thinOut(p.thinned.vectors[j], p.slice.first + index, count, change);
      write(2 * j + 1, change);
    });
  });
}

struct VaryingSums {
  Slice slice;
  Sums sums;
  Cut cut;
  int selects;
  int reserved;
  Rows rows;
};

// The changes where they vary enough, as in the kernel weighed_changes.
KERNEL_WITH_BARRIERS(varying_sums, VaryingSums, 128, 3) {
  auto inputs = [&](int j) -> const Vector& { return p.rows.inputs[j]; };
  sumSegments(p.slice, p.sums, [&](int64_t index, int count, auto write) {
    FromBase fromBase;
    load(p.rows.base, index, count, fromBase.base);
    Changes changes(inputs, fromBase, p.rows.models, index, count);
    bool varies[WIDTH] = {true, true, true, true, true, true, true, true};
    if (p.selects) {
      float variances[WIDTH];
      variance(changes, variances);
      int before = p.cut.before(p.slice.first + index);
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        varies[i] = p.cut.larger(variances[i], i, before) && variances[i] != 0.0f;
      }
    }
    changes.each([&](int j, const float* change) {
      float kept[WIDTH];
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        kept[i] = varies[i] ? change[i] : 0.0f;
      }
      write(j, kept);
    });
  });
}
