// Work on the rows or columns of a tensor: the plain twins are GroupedGram, RowSoftmax and RowDivergence.
#pragma once

#include "counts.cuh"

// Elements whose products are summed one after the other, from a multiple of it on.
static const int PRODUCT_WINDOW = 512;
static const int WINDOWS_OF_A_SEGMENT = (1 << 16) / PRODUCT_WINDOW;

struct GroupedProducts {
  Slice slice;
  double* result;   // for each group, one for each pair
  double* windows;  // for each row's part of a window of this slice, one for each pair
  Grouping grouping;
  int64_t firstGroup;  // of this slice
  int64_t groups;      // rows of which this slice has elements; all columns
  int pairs;
  int reserved;
  Rows rows;
};

DEVICE void rowsOfPair(int pair, int& i, int& j) {
  for (i = 0, j = pair; j > i; i++) {
    j -= i + 1;
  }
}

DEVICE void loadRow(const Rows& rows, int row, int64_t index, int count, float* values) {
  load(rows.inputs[row], index, count, values);
  if (rows.fromBase) {
    float base[WIDTH];
    load(rows.base, index, count, base);
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      values[i] -= base[i];
    }
  }
}

// Sums the products of each row's part of each window.
KERNEL(grouped_windows, GroupedProducts, 256, 4) {
  int64_t windows = (p.slice.count + PRODUCT_WINDOW - 1) / PRODUCT_WINDOW;
  for (int64_t item = firstVector(); item < windows * p.pairs; item += vectorStride()) {
    int pair = static_cast<int>(item / windows);
    int64_t window = item % windows;
    int i, j;
    rowsOfPair(pair, i, j);
    int64_t begin = window * PRODUCT_WINDOW;
    int64_t end = begin + PRODUCT_WINDOW < p.slice.count ? begin + PRODUCT_WINDOW : p.slice.count;
    int64_t group = p.grouping.group(p.slice.first + begin);
    int64_t groupEnd = (group + 1) * p.grouping.period - p.slice.first;
    double sum = 0;
    for (int64_t index = begin; index < end; index += WIDTH) {
      float x[WIDTH], y[WIDTH];
      int count = p.slice.within(index / WIDTH);
      loadRow(p.rows, i, index, count, x);
      loadRow(p.rows, j, index, count, y);
#pragma unroll
      for (int k = 0; k < WIDTH; k++) {
        if (k < count) {
          if (index + k == groupEnd) {
            p.windows[(group - p.firstGroup + window) * p.pairs + pair] = sum;
            sum = 0;
            group++;
            groupEnd += p.grouping.period;
          }
          sum = fma(static_cast<double>(x[k]), static_cast<double>(y[k]), sum);
        }
      }
    }
    p.windows[(group - p.firstGroup + window) * p.pairs + pair] = sum;
  }
}

// Adds up each row's windows, segment by segment.
KERNEL(grouped_rows, GroupedProducts, 256, 6) {
  for (int64_t item = firstVector(); item < p.groups * p.pairs; item += vectorStride()) {
    int pair = static_cast<int>(item % p.pairs);
    int64_t group = p.firstGroup + item / p.pairs;
    int64_t begin = group * p.grouping.period - p.slice.first;
    int64_t end = begin + p.grouping.period;
    begin = begin > 0 ? begin : 0;
    end = end < p.slice.count ? end : p.slice.count;
    double whole = p.result[group * p.pairs + pair];
    double partial = 0;
    for (int64_t window = begin / PRODUCT_WINDOW; window <= (end - 1) / PRODUCT_WINDOW; window++) {
      partial += p.windows[(group - p.firstGroup + window) * p.pairs + pair];
      if ((window + 1) % WINDOWS_OF_A_SEGMENT == 0) {
        whole += partial;
        partial = 0;
      }
    }
    p.result[group * p.pairs + pair] = whole + partial;
  }
}

// Sums the products of each column, segment by segment.
KERNEL(grouped_columns, GroupedProducts, 256, 6) {
  for (int64_t item = firstVector(); item < p.groups * p.pairs; item += vectorStride()) {
    int pair = static_cast<int>(item / p.groups);
    int64_t column = item % p.groups;
    int i, j;
    rowsOfPair(pair, i, j);
    int64_t offset = p.slice.first - quotient(p.slice.first, p.grouping.period) * p.grouping.period;
    int64_t index = column >= offset ? column - offset : column - offset + p.grouping.period;
    double whole = p.result[column * p.pairs + pair];
    double partial = 0;
    int64_t segment = index >> 16;
    for (; index < p.slice.count; index += p.grouping.period) {
      if (index >> 16 != segment) {
        whole += partial;
        partial = 0;
        segment = index >> 16;
      }
      float x = loadOne(p.rows.inputs[i], index);
      float y = loadOne(p.rows.inputs[j], index);
      if (p.rows.fromBase) {
        float base = loadOne(p.rows.base, index);
        x -= base;
        y -= base;
      }
      partial = fma(static_cast<double>(x), static_cast<double>(y), partial);
    }
    p.result[column * p.pairs + pair] = whole + partial;
  }
}

DEVICE float powerOfTwo(int power) { return __uint_as_float(static_cast<unsigned>(power + 127) << 23); }

// The exponential of a number that is 0 or less, within one unit in the last place.
DEVICE float exponential(float x) {
  float power = rintf(x * 1.4426950408889634f);
  float rest = fmaf(power, -1.428606765330187045e-06f, fmaf(power, -0.693145751953125f, x));
  float value = 0.000198527617612853646278381f;
  value = fmaf(value, rest, 0.00139304355252534151077271f);
  value = fmaf(value, rest, 0.00833336077630519866943359f);
  value = fmaf(value, rest, 0.0416664853692054748535156f);
  value = fmaf(value, rest, 0.166666671633720397949219f);
  value = fmaf(value, rest, 0.5f);
  value = 1.0f + fmaf(rest * rest, value, rest);
  int whole = power > -160.0f ? static_cast<int>(power) : power == power ? -160 : 0;
  int half = whole >> 1;
  return value * powerOfTwo(half) * powerOfTwo(whole - half);
}

// The natural logarithm of a float32, in float64: the twin is the Java class Logarithm.
DEVICE double logarithm(float x) {
  if (!(x > 0.0f)) {
    return x == 0.0f ? -INFINITY : NAN;
  }
  if (x == INFINITY) {
    return INFINITY;
  }
  int shift = x < 0x1p-126f ? 24 : 0;
  unsigned bits = __float_as_uint(shift > 0 ? x * 0x1p24f : x);
  int exponent = static_cast<int>(bits >> 23) - 127 - shift;
  double mantissa = __uint_as_float((bits & 0x007fffffu) | 0x3f800000u);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    exponent++;
  }
  double ratio = (mantissa - 1) / (mantissa + 1);
  double square = ratio * ratio;
  double sum = 1.0 / 27;
  sum = sum * square + 1.0 / 25;
  sum = sum * square + 1.0 / 23;
  sum = sum * square + 1.0 / 21;
  sum = sum * square + 1.0 / 19;
  sum = sum * square + 1.0 / 17;
  sum = sum * square + 1.0 / 15;
  sum = sum * square + 1.0 / 13;
  sum = sum * square + 1.0 / 11;
  sum = sum * square + 1.0 / 9;
  sum = sum * square + 1.0 / 7;
  sum = sum * square + 1.0 / 5;
  sum = sum * square + 1.0 / 3;
  sum = sum * square + 1.0;
  return exponent * 0.6931471805599453 + 2 * ratio * sum;
}

struct RowDivergences {
  Slice slice;
  float* result;  // one for each row of the tensor
  int64_t period;
  Vector base;
  Vector other;
};

// Elements of both rows that a warp has in shared memory at a time.
static const int ROW_TILE = 256;

// A row of both tensors, as one thread of the warp that works on it sees it.
struct RowPair {
  const RowDivergences& p;
  int64_t begin;
  unsigned lane;
  float* tile;   // of the base's row
  float* other;  // of the other row
  float most;
  float mostOfOther;

  DEVICE RowPair(const RowDivergences& p, int64_t row)
      : p(p), begin(row * p.period), lane(threadIdx.x % 32), most(-INFINITY), mostOfOther(-INFINITY) {
    tile = reinterpret_cast<float*>(sharedMemory) + threadIdx.x / 32 * 2 * ROW_TILE;
    other = tile + ROW_TILE;
    for (int64_t i = lane; i < p.period; i += 32) {
      most = largerOf(most, loadOne(p.base, begin + i));
      mostOfOther = largerOf(mostOfOther, loadOne(p.other, begin + i));
    }
#pragma unroll
    for (int distance = 16; distance >= 1; distance /= 2) {
      most = largerOf(most, __shfl_xor_sync(ALL_LANES, most, distance));
      mostOfOther = largerOf(mostOfOther, __shfl_xor_sync(ALL_LANES, mostOfOther, distance));
    }
  }

  DEVICE int tileCount(int64_t start) const {
    return p.period - start < ROW_TILE ? static_cast<int>(p.period - start) : ROW_TILE;
  }

  DEVICE float ofBase(int64_t index) const { return exponential(loadOne(p.base, begin + index) - most); }

  DEVICE float ofOther(int64_t index) const { return exponential(loadOne(p.other, begin + index) - mostOfOther); }

  // The sum of the base's exponentials in the first sixteen threads, and of the other's in the rest. Long rows are summed
  // by sixteen threads that are added pairwise, short ones by one.
  DEVICE float sum() const {
    float sum = 0;
    bool wide = p.period >= LANES;
    unsigned step = wide ? LANES : 1;
    for (int64_t start = 0; start < p.period; start += ROW_TILE) {
      int count = tileCount(start);
      for (int i = lane; i < count; i += 32) {
        tile[i] = ofBase(start + i);
        other[i] = ofOther(start + i);
      }
      __syncwarp();
      const float* mine = lane < LANES ? tile : other;
      for (int i = lane % LANES; i < count && (wide || lane % LANES == 0); i += step) {
        sum += mine[i];
      }
      __syncwarp();
    }
#pragma unroll
    for (int half = LANES / 2; half >= 1; half /= 2) {
      float added = __shfl_down_sync(ALL_LANES, sum, half, LANES);
      sum = wide ? sum + added : sum;
    }
    return sum;
  }

  // Computed by all threads, added by the first.
  DEVICE double divergence(float reciprocal, float reciprocalOfOther) const {
    double divergence = 0;
    for (int64_t start = 0; start < p.period; start += ROW_TILE) {
      int count = tileCount(start);
      for (int i = lane; i < count; i += 32) {
        float q = ofBase(start + i) * reciprocal + 1e-8f;
        float r = ofOther(start + i) * reciprocalOfOther + 1e-8f;
        tile[i] = r * static_cast<float>(logarithm(r / q));
      }
      __syncwarp();
      for (int i = 0; i < count && lane == 0; i++) {
        divergence += tile[i];
      }
      __syncwarp();
    }
    return divergence;
  }
};

// The Kullback-Leibler divergence of each row's softmax from the base's, a warp for a row.
KERNEL_WITH_BARRIERS(row_divergences, RowDivergences, 256, 5) {
  int64_t rows = p.slice.count / p.period;
  int64_t warps = vectorStride() / 32;
  for (int64_t row = firstVector() / 32; row < rows; row += warps) {
    RowPair pair(p, row);
    float sum = pair.sum();
    float reciprocal = 1.0f / __shfl_sync(ALL_LANES, sum, 0);
    float reciprocalOfOther = 1.0f / __shfl_sync(ALL_LANES, sum, LANES);
    double divergence = pair.divergence(reciprocal, reciprocalOfOther);
    if (pair.lane == 0) {
      // Rounding can make it negative, which it never is.
      p.result[quotient(p.slice.first, p.period) + row] = divergence <= 0 ? 0.0f : static_cast<float>(divergence);
    }
  }
}
