// The models' elements, or their changes from a base, visited once or more for eight elements at a time. Where the models
// are few all are loaded at once, so that many loads are under way, and kept in registers.
#pragma once

#include "elements.cuh"

static const int MOST_INPUTS = 32;
static const int CACHED_INPUTS = 4;

// Java's Math.max and Math.min: NaN where either is, 0 above -0.
DEVICE float largerOf(float x, float y) {
  if (x != x) {
    return x;
  }
  if (x == 0.0f && y == 0.0f) {
    return __uint_as_float(__float_as_uint(x) & __float_as_uint(y));
  }
  return x > y ? x : y;
}

DEVICE float smallerOf(float x, float y) {
  if (x != x) {
    return x;
  }
  if (x == 0.0f && y == 0.0f) {
    return __uint_as_float(__float_as_uint(x) | __float_as_uint(y));
  }
  return x < y ? x : y;
}

// Calls visit(j, values) for the vector of each of some inputs in order. Inputs is indexed by model and gives a Vector.
// So many loads are under way at a time.
template <int LOADS = CACHED_INPUTS, class Inputs, class Visit>
DEVICE void eachInput(const Inputs& inputs, int models, int64_t index, int count, Visit visit) {
  for (int from = 0; from < models; from += LOADS) {
    Stored stored[LOADS];
#pragma unroll
    for (int j = 0; j < LOADS; j++) {
      if (from + j < models) {
        stored[j] = loadStored(inputs(from + j), index, count);
      }
    }
#pragma unroll
    for (int j = 0; j < LOADS; j++) {
      if (from + j < models) {
        float values[WIDTH];
        decode(inputs(from + j).type, stored[j], values);
        visit(from + j, values);
      }
    }
  }
}

// The changes of all models at eight elements, thinned out or not. Compute(j, values) turns an input's values into its
// change in place.
template <class Inputs, class Compute>
struct Changes {
  const Inputs& inputs;
  Compute& compute;
  int models;
  int64_t index;
  int count;
  float cached[CACHED_INPUTS][WIDTH];

  DEVICE Changes(const Inputs& inputs, Compute& compute, int models, int64_t index, int count)
      : inputs(inputs), compute(compute), models(models), index(index), count(count) {
    if (models <= CACHED_INPUTS) {
      Stored stored[CACHED_INPUTS];
#pragma unroll
      for (int j = 0; j < CACHED_INPUTS; j++) {
        if (j < models) {
          stored[j] = loadStored(inputs(j), index, count);
        }
      }
#pragma unroll
      for (int j = 0; j < CACHED_INPUTS; j++) {
        if (j < models) {
          decode(inputs(j).type, stored[j], cached[j]);
          compute(j, cached[j]);
        }
      }
    }
  }

  // Calls visit(j, change) for each model in order; may be called again.
  template <class Visit>
  DEVICE void each(Visit visit) {
    if (models <= CACHED_INPUTS) {
#pragma unroll
      for (int j = 0; j < CACHED_INPUTS; j++) {
        if (j < models) {
          visit(j, cached[j]);
        }
      }
      return;
    }
    eachInput(inputs, models, index, count, [&](int j, float* values) {
      compute(j, values);
      visit(j, values);
    });
  }
};

// The population variance of the models' changes at eight elements, in float64.
template <class AllChanges>
DEVICE void variance(AllChanges& changes, float* result) {
  double sums[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
  double squares[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
  changes.each([&](int, const float* change) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      sums[i] += change[i];
    }
  });
#pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    sums[i] /= changes.models;
  }
  changes.each([&](int, const float* change) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      squares[i] += (change[i] - sums[i]) * (change[i] - sums[i]);
    }
  });
#pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    result[i] = static_cast<float>(squares[i] / changes.models);
  }
}

// Subtracts a base.
struct FromBase {
  float base[WIDTH];

  DEVICE void operator()(int, float* values) const {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      values[i] -= base[i];
    }
  }
};
