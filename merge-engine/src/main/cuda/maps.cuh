// What methods do to each element: the plain twins are the records that implement ElementMap. A thread computes eight
// elements at a time, with every operation rounded to float32 in the twin's order.
#pragma once

#include "masks.cuh"

struct Convert {
  Slice slice;
  Vector output;
  Vector input;
};

// An input in another element type.
KERNEL(convert, Convert, 256, 6) {
  for (int64_t vector = firstVector(); vector < p.slice.vectors(); vector += vectorStride()) {
    float values[WIDTH];
    int count = p.slice.within(vector);
    load(p.input, vector * WIDTH, count, values);
    store(p.output, vector * WIDTH, count, values);
  }
}

struct WeightedInput {
  Vector input;
  float weight;
  float reserved;
};

struct WeightedSum {
  Slice slice;
  Vector output;
  int models;
  float divisor;
  WeightedInput inputs[MOST_INPUTS];
};

KERNEL(weighted_sum, WeightedSum, 256, 4) {
  auto inputs = [&](int j) -> const Vector& { return p.inputs[j].input; };
  for (int64_t vector = firstVector(); vector < p.slice.vectors(); vector += vectorStride()) {
    float sum[WIDTH];
    int count = p.slice.within(vector);
    eachInput(inputs, p.models, vector * WIDTH, count, [&](int j, const float* values) {
      float weight = p.inputs[j].weight;
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        float product = values[i] * weight;
        sum[i] = j == 0 ? product : sum[i] + product;
      }
    });
    if (p.divisor != 1.0f) {
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        sum[i] /= p.divisor;
      }
    }
    store(p.output, vector * WIDTH, count, sum);
  }
}

struct TaskVectorSum {
  Slice slice;
  Vector output;
  Vector base;
  int models;
  int consensus;
  int normalize;
  float divisor;
  float lambda;
  int reserved;
  TaskVector vectors[MOST_INPUTS];
};

// The branch is the same for all threads, and cheaper than eight multiplications by one.
DEVICE void scale(float* values, float factor) {
  if (factor != 1.0f) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      values[i] *= factor;
    }
  }
}

// The sum of the changes whose sign is that of their sum, divided by their weights where that is asked for.
template <class AllChanges>
DEVICE void agree(AllChanges& changes, const TaskVectorSum& p, float* sum) {
  float agreed[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
  float weights[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
  changes.each([&](int j, const float* change) {
    float weight = p.vectors[j].weight;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      if (sum[i] >= 0.0f ? change[i] > 0.0f : change[i] < 0.0f) {
        agreed[i] += change[i];
        weights[i] += weight;
      }
    }
  });
#pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    sum[i] = p.normalize ? agreed[i] / (weights[i] == 0.0f ? 1.0f : weights[i]) : agreed[i];
  }
}

KERNEL(task_vector_sum, TaskVectorSum, 256, 2) {
  auto inputs = [&](int j) -> const Vector& { return p.vectors[j].input; };
  for (int64_t vector = firstVector(); vector < p.slice.vectors(); vector += vectorStride()) {
    int64_t index = vector * WIDTH;
    int count = p.slice.within(vector);
    float base[WIDTH];
    load(p.base, index, count, base);
    auto compute = [&](int j, float* values) {
      const TaskVector& changed = p.vectors[j];
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        values[i] -= base[i];
      }
      thinOut(changed, p.slice.first + index, count, values);
      scale(values, changed.rescale);
      scale(values, changed.weight);
    };
    Changes changes(inputs, compute, p.models, index, count);
    float sum[WIDTH];
    changes.each([&](int j, const float* change) {
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        sum[i] = j == 0 ? change[i] : sum[i] + change[i];
      }
    });
    if (p.consensus) {
      agree(changes, p, sum);
    }
    if (p.divisor != 1.0f) {
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        sum[i] /= p.divisor;
      }
    }
    scale(sum, p.lambda);
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      sum[i] = base[i] + sum[i];
    }
    store(p.output, index, count, sum);
  }
}

struct ActiveInput {
  Vector input;
  float factor;
  float reserved;
};

struct ActiveSum {
  Slice slice;
  Vector output;
  Vector base;
  int models;
  float epsilon;
  ActiveInput inputs[MOST_INPUTS];
};

KERNEL(active_sum, ActiveSum, 256, 2) {
  auto inputs = [&](int j) -> const Vector& { return p.inputs[j].input; };
  for (int64_t vector = firstVector(); vector < p.slice.vectors(); vector += vectorStride()) {
    int count = p.slice.within(vector);
    FromBase fromBase;
    load(p.base, vector * WIDTH, count, fromBase.base);
    Changes changes(inputs, fromBase, p.models, vector * WIDTH, count);
    float active[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
    float sum[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
    changes.each([&](int, const float* change) {
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        active[i] += fabsf(change[i]) > p.epsilon ? 1.0f : 0.0f;
      }
    });
    changes.each([&](int j, const float* change) {
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        if (fabsf(change[i]) > p.epsilon) {
          sum[i] += active[i] == 1.0f ? change[i] * p.inputs[j].factor : change[i] / active[i];
        }
      }
    });
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      sum[i] = fromBase.base[i] + sum[i];
    }
    store(p.output, vector * WIDTH, count, sum);
  }
}

struct Fusion {
  Slice slice;
  Vector output;
  Vector base;
  Vector other;
  const float* divergences;
  int64_t period;
  float threshold;
  float reserved;
};

KERNEL(fusion, Fusion, 256, 6) {
  for (int64_t vector = firstVector(); vector < p.slice.vectors(); vector += vectorStride()) {
    float base[WIDTH], other[WIDTH];
    int count = p.slice.within(vector);
    load(p.base, vector * WIDTH, count, base);
    load(p.other, vector * WIDTH, count, other);
    int64_t element = p.slice.first + vector * WIDTH;
    int64_t row = quotient(element, p.period);
    int64_t rowEnd = (row + 1) * p.period;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      if (i < count) {
        if (element + i == rowEnd) {
          row++;
          rowEnd += p.period;
        }
        float change = other[i] - base[i];
        float importance = fabsf(change) * p.divergences[row];
        other[i] = importance >= p.threshold ? base[i] + change : base[i];
      }
    }
    store(p.output, vector * WIDTH, count, other);
  }
}

struct InformedInput {
  Vector input;
  Vector information;
  double weight;
  double length;
};

struct InformedMean {
  Slice slice;
  Vector output;
  double floor;
  int models;
  int reserved;
  InformedInput inputs[MOST_INPUTS];
};

// In float64, because information spans many orders of magnitude.
KERNEL(informed_mean, InformedMean, 256, 2) {
  auto inputs = [&](int j) -> const Vector& { return p.inputs[j].input; };
  for (int64_t vector = firstVector(); vector < p.slice.vectors(); vector += vectorStride()) {
    double sums[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
    double totals[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
    int count = p.slice.within(vector);
    eachInput(inputs, p.models, vector * WIDTH, count, [&](int j, const float* values) {
      float information[WIDTH];
      load(p.inputs[j].information, vector * WIDTH, count, information);
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        double share = p.inputs[j].weight * (information[i] / p.inputs[j].length + p.floor);
        sums[i] += share * values[i];
        totals[i] += share;
      }
    });
    float means[WIDTH];
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      means[i] = static_cast<float>(sums[i] / totals[i]);
    }
    store(p.output, vector * WIDTH, count, means);
  }
}

// How elements form vectors: neighbours, or elements a period apart.
struct Grouping {
  int64_t period;
  int alongLast;
  int reserved;

  DEVICE int64_t group(int64_t element) const {
    int64_t neighbours = quotient(element, period);
    return alongLast ? neighbours : element - neighbours * period;
  }

  // Of eight elements, with one division.
  DEVICE void groups(int64_t element, int count, int64_t* groups) const {
    int64_t neighbours = quotient(element, period);
    int64_t place = element - neighbours * period;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      groups[i] = i >= count ? 0 : alongLast ? neighbours : place;
      place++;
      if (place == period) {
        place = 0;
        neighbours++;
      }
    }
  }
};

struct GroupedInput {
  Vector input;
  const float* weights;
};

struct GroupedSum {
  Slice slice;
  Vector output;
  Vector base;
  Grouping grouping;
  int models;
  int fromBase;
  GroupedInput inputs[MOST_INPUTS];
};

KERNEL(grouped_sum, GroupedSum, 256, 2) {
  auto inputs = [&](int j) -> const Vector& { return p.inputs[j].input; };
  for (int64_t vector = firstVector(); vector < p.slice.vectors(); vector += vectorStride()) {
    float base[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
    float sum[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
    int64_t groups[WIDTH];
    int count = p.slice.within(vector);
    p.grouping.groups(p.slice.first + vector * WIDTH, count, groups);
    if (p.fromBase) {
      load(p.base, vector * WIDTH, count, base);
    }
    eachInput(inputs, p.models, vector * WIDTH, count, [&](int j, const float* values) {
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        float value = p.fromBase ? values[i] - base[i] : values[i];
        sum[i] += value * p.inputs[j].weights[groups[i]];
      }
    });
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      sum[i] = p.fromBase ? sum[i] + base[i] : sum[i];
    }
    store(p.output, vector * WIDTH, count, sum);
  }
}

struct Swap {
  Slice slice;
  Vector output;
  Vector base;
  Vector other;
  float t;
  float reserved;
};

KERNEL(swap, Swap, 256, 6) {
  for (int64_t vector = firstVector(); vector < p.slice.vectors(); vector += vectorStride()) {
    float base[WIDTH], other[WIDTH];
    int count = p.slice.within(vector);
    load(p.base, vector * WIDTH, count, base);
    load(p.other, vector * WIDTH, count, other);
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      float distance = largerOf(fabsf(base[i] - other[i]), 1e-6f);
      float share = smallerOf(largerOf(1.0f / distance * p.t, 0.0f), 1.0f);
      other[i] = share * other[i] + (1.0f - share) * base[i];
    }
    store(p.output, vector * WIDTH, count, other);
  }
}

struct WeighedInput {
  Vector input;
  float share;
  float reserved;
};

struct WeighedChanges {
  Slice slice;
  Vector output;
  Vector base;
  Cut cut;
  int models;
  int selects;  // whether the cut says where the changes vary enough
  WeighedInput inputs[MOST_INPUTS];
};

KERNEL(weighed_changes, WeighedChanges, 256, 2) {
  auto inputs = [&](int j) -> const Vector& { return p.inputs[j].input; };
  for (int64_t vector = firstVector(); vector < p.slice.vectors(); vector += vectorStride()) {
    int count = p.slice.within(vector);
    FromBase fromBase;
    load(p.base, vector * WIDTH, count, fromBase.base);
    Changes changes(inputs, fromBase, p.models, vector * WIDTH, count);
    bool varies[WIDTH] = {true, true, true, true, true, true, true, true};
    if (p.selects) {
      float variances[WIDTH];
      variance(changes, variances);
      int before = p.cut.before(p.slice.first + vector * WIDTH);
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        varies[i] = p.cut.larger(variances[i], i, before) && variances[i] != 0.0f;
      }
    }
    float sum[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
    float agreed[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
    float weights[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
    changes.each([&](int, const float* change) {
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        sum[i] += varies[i] ? change[i] : 0.0f;
      }
    });
    changes.each([&](int j, const float* change) {
      float share = p.inputs[j].share;
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        float scaled = (varies[i] ? change[i] : 0.0f) * share;
        if (sum[i] >= 0.0f ? scaled > 0.0f : scaled < 0.0f) {
          agreed[i] += scaled;
          weights[i] += share;
        }
      }
    });
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      sum[i] = fromBase.base[i] + agreed[i] / largerOf(weights[i], 1e-6f);
    }
    store(p.output, vector * WIDTH, count, sum);
  }
}
