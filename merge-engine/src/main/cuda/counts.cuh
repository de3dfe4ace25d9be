// Counts over whole tensors: keys of magnitudes for a selection by rank, and of active changes. The plain twins are
// HighBitCounts, LowBitCounts, TieSearch, NonZeroCount and RamPlus.ActiveCounts.
#pragma once

#include "sums.cuh"

// Bits of a magnitude that the first histogram does not look at.
static const int LOW_BITS = 15;
static const int HIGH_BINS = 1 << 16;

// Bins of the first histogram that shared memory holds for each row: 32 octaves.
static const int WINDOW = 1 << 13;

// Rows that one launch counts, at most.
static const int COUNTED_ROWS = 3;

DEVICE unsigned keyOf(float value) { return __float_as_uint(value) & 0x7fffffffu; }

// The values whose magnitudes are ranked: changes from a base, one change weighted by its row's divergence, or the
// variance of all changes.
enum RankedKind { RANKED_CHANGES = 0, RANKED_IMPORTANCE = 1, RANKED_VARIANCE = 2 };

struct Ranked {
  int kind;
  int models;
  Vector base;
  const float* divergences;
  int64_t period;
  Vector inputs[MOST_INPUTS];
};

// Calls visit(row, values) for eight elements of each ranked row from first up to last. Kernels that know variances are
// apart from those that do not, which need fewer registers.
template <bool VARIANCE, class Visit>
DEVICE void eachRanked(
    const Ranked& ranked, int first, int last, int64_t element, int64_t index, int count, Visit visit) {
  FromBase fromBase;
  load(ranked.base, index, count, fromBase.base);
  if (VARIANCE) {
    auto inputs = [&](int j) -> const Vector& { return ranked.inputs[j]; };
    Changes changes(inputs, fromBase, ranked.models, index, count);
    float variances[WIDTH];
    variance(changes, variances);
    visit(0, variances);
    return;
  }
  auto inputs = [&](int j) -> const Vector& { return ranked.inputs[first + j]; };
  eachInput(inputs, last - first, index, count, [&](int j, float* values) {
    fromBase(j, values);
    if (ranked.kind == RANKED_IMPORTANCE) {
      int64_t row = quotient(element, ranked.period);
      int64_t rowEnd = (row + 1) * ranked.period;
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        if (i < count) {
          if (element + i == rowEnd) {
            row++;
            rowEnd += ranked.period;
          }
          values[i] = fabsf(values[i]) * ranked.divergences[row];
        }
      }
    }
    visit(first + j, values);
  });
}

struct HighCounts {
  Slice slice;
  uint64_t* counts;  // HIGH_BINS for each row
  int firstRow;
  int lastRow;
  Ranked ranked;
};

// The counts of one block, which holds those of 32 octaves below the largest key that it saw first in shared memory; the
// few other keys go to the counts of all blocks at once. Zeros, which are many, are counted apart.
struct Window {
  unsigned* counts;
  unsigned* largest;
  int lowest[COUNTED_ROWS];
  unsigned zeros[COUNTED_ROWS];

  DEVICE explicit Window(int rows)
      : counts(reinterpret_cast<unsigned*>(sharedMemory)), largest(counts + rows * WINDOW) {
    for (int bin = threadIdx.x; bin < rows * WINDOW; bin += blockDim.x) {
      counts[bin] = 0;
    }
    if (threadIdx.x < COUNTED_ROWS) {
      largest[threadIdx.x] = 0;
    }
    __syncthreads();
  }

  // Looks at what the block sees first; infinities and NaN say nothing.
  DEVICE void see(int row, const float* values, int count) {
    unsigned most = 0;
    for (int i = 0; i < count; i++) {
      unsigned bin = keyOf(values[i]) >> LOW_BITS;
      most = bin > most && bin < 0xff00u ? bin : most;
    }
    atomicMax(&largest[row], most);
  }

  // Chooses the octaves, two of them above the largest key seen.
  DEVICE void place(int rows) {
    __syncthreads();
#pragma unroll
    for (int row = 0; row < COUNTED_ROWS; row++) {
      int top = row < rows ? static_cast<int>(largest[row]) + 512 : 0;
      lowest[row] = top < WINDOW ? 0 : top - WINDOW + 1;
      zeros[row] = 0;
    }
  }

  DEVICE void count(int row, const float* values, int count, uint64_t* ofAllBlocks) {
    int low = row == 0 ? lowest[0] : row == 1 ? lowest[1] : lowest[2];
    unsigned zero = 0;
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      if (i < count) {
        unsigned key = keyOf(values[i]);
        unsigned bin = key >> LOW_BITS;
        unsigned inWindow = bin - static_cast<unsigned>(low);
        if (key == 0) {
          zero++;
        } else if (inWindow < static_cast<unsigned>(WINDOW)) {
          atomicAdd(&counts[row * WINDOW + inWindow], 1u);
        } else {
          atomicAdd(reinterpret_cast<unsigned long long*>(ofAllBlocks) + bin, 1ull);
        }
      }
    }
#pragma unroll
    for (int k = 0; k < COUNTED_ROWS; k++) {
      zeros[k] += row == k ? zero : 0;
    }
  }

  // Adds a row to the counts of all blocks, once all threads have counted.
  DEVICE void add(int row, int low, unsigned zero, uint64_t* ofAllBlocks) const {
    unsigned long long* target = reinterpret_cast<unsigned long long*>(ofAllBlocks);
    if (zero > 0) {
      atomicAdd(target, static_cast<unsigned long long>(zero));
    }
    for (int bin = threadIdx.x; bin < WINDOW; bin += blockDim.x) {
      unsigned count = counts[row * WINDOW + bin];
      if (count > 0) {
        atomicAdd(target + low + bin, static_cast<unsigned long long>(count));
      }
    }
  }
};

template <bool VARIANCE>
DEVICE void highCounts(const HighCounts& p) {
  int rows = p.lastRow - p.firstRow;
  Window window(rows);
  auto ranked = [&](int64_t vector, auto visit) {
    int count = p.slice.within(vector);
    eachRanked<VARIANCE>(
        p.ranked, p.firstRow, p.lastRow, p.slice.first + vector * WIDTH, vector * WIDTH, count,
        [&](int row, const float* values) { visit(row - p.firstRow, values, count); });
  };
  int64_t vector = firstVector();
  if (vector < p.slice.vectors()) {
    ranked(vector, [&](int row, const float* values, int count) { window.see(row, values, count); });
  }
  window.place(rows);
  for (; vector < p.slice.vectors(); vector += vectorStride()) {
    ranked(vector, [&](int row, const float* values, int count) {
      window.count(row, values, count, p.counts + (p.firstRow + row) * HIGH_BINS);
    });
  }
  __syncthreads();
#pragma unroll
  for (int row = 0; row < COUNTED_ROWS; row++) {
    if (row < rows) {
      window.add(row, window.lowest[row], window.zeros[row], p.counts + (p.firstRow + row) * HIGH_BINS);
    }
  }
}

KERNEL_WITH_BARRIERS(high_counts, HighCounts, 512, 1) { highCounts<false>(p); }

KERNEL_WITH_BARRIERS(high_counts_of_variance, HighCounts, 512, 1) { highCounts<true>(p); }

static const int MOST_TARGETS = 64;

// An element that a selection looks for: its row, and the upper bits of its key or the whole key.
struct Target {
  int row;
  unsigned key;
  int64_t rank;
};

struct Targets {
  int count;
  int reserved;
  Target all[MOST_TARGETS];
};

struct LowCounts {
  Slice slice;
  uint64_t* counts;  // 1 << LOW_BITS for each target
  Ranked ranked;
  Targets targets;
};

// Equal keys come in crowds, so each thread adds runs of them at once.
template <bool VARIANCE>
DEVICE void lowCounts(const LowCounts& p) {
  const unsigned mask = (1u << LOW_BITS) - 1;
  unsigned long long* counts = reinterpret_cast<unsigned long long*>(p.counts);
  unsigned long long* place = nullptr;
  unsigned long long run = 0;
  for (int64_t vector = firstVector(); vector < p.slice.vectors(); vector += vectorStride()) {
    int count = p.slice.within(vector);
    eachRanked<VARIANCE>(
        p.ranked, 0, p.ranked.models, p.slice.first + vector * WIDTH, vector * WIDTH, count,
        [&](int row, const float* values) {
          for (int target = 0; target < p.targets.count; target++) {
            if (p.targets.all[target].row != row) {
              continue;
            }
            unsigned high = p.targets.all[target].key;
#pragma unroll
            for (int i = 0; i < WIDTH; i++) {
              unsigned key = keyOf(values[i]);
              if (i < count && key >> LOW_BITS == high) {
                unsigned long long* found = counts + (target << LOW_BITS) + (key & mask);
                if (found != place) {
                  if (run > 0) {
                    atomicAdd(place, run);
                  }
                  place = found;
                  run = 0;
                }
                run++;
              }
            }
          }
        });
  }
  if (run > 0) {
    atomicAdd(place, run);
  }
}

KERNEL(low_counts, LowCounts, 256, 2) { lowCounts<false>(p); }

KERNEL(low_counts_of_variance, LowCounts, 256, 2) { lowCounts<true>(p); }

static const int TIE_SEGMENT = 1 << 16;

// How far the search for a target has come over all slices.
struct TieState {
  uint64_t seen;
  int64_t end;  // the index after the element that was looked for; 0 while it is not found
};

struct TieSearch {
  Slice slice;
  TieState* states;
  unsigned* counts;  // for each segment of the slice, one for each target
  Ranked ranked;
  Targets targets;
};

// Counts the elements of each target's magnitude in each segment.
template <bool VARIANCE>
DEVICE void tieCounts(const TieSearch& p) {
  unsigned* found = reinterpret_cast<unsigned*>(sharedMemory);
  int64_t segments = (p.slice.count + TIE_SEGMENT - 1) / TIE_SEGMENT;
  for (int64_t segment = blockIdx.x; segment < segments; segment += gridDim.x) {
    if (threadIdx.x < static_cast<unsigned>(p.targets.count)) {
      found[threadIdx.x] = 0;
    }
    __syncthreads();
    int64_t end = (segment + 1) * (TIE_SEGMENT / WIDTH);
    end = end < p.slice.vectors() ? end : p.slice.vectors();
    for (int64_t vector = segment * (TIE_SEGMENT / WIDTH) + threadIdx.x; vector < end; vector += blockDim.x) {
      int count = p.slice.within(vector);
      eachRanked<VARIANCE>(
          p.ranked, 0, p.ranked.models, p.slice.first + vector * WIDTH, vector * WIDTH, count,
          [&](int row, const float* values) {
            for (int target = 0; target < p.targets.count; target++) {
              if (p.targets.all[target].row == row && p.targets.all[target].rank > 0) {
                unsigned equal = 0;
#pragma unroll
                for (int i = 0; i < WIDTH; i++) {
                  equal += i < count && keyOf(values[i]) == p.targets.all[target].key ? 1 : 0;
                }
                if (equal > 0) {
                  atomicAdd(&found[target], equal);
                }
              }
            }
          });
    }
    __syncthreads();
    if (threadIdx.x < static_cast<unsigned>(p.targets.count)) {
      p.counts[segment * p.targets.count + threadIdx.x] = found[threadIdx.x];
    }
    __syncthreads();
  }
}

KERNEL_WITH_BARRIERS(tie_counts, TieSearch, 256, 2) { tieCounts<false>(p); }

KERNEL_WITH_BARRIERS(tie_counts_of_variance, TieSearch, 256, 2) { tieCounts<true>(p); }

static const int LOCATE_THREADS = 256;
static const int COUNTS_OF_A_THREAD = 8;

// Where the element of a rank was found among the counts of a block's threads.
struct Location {
  unsigned thread;
  unsigned rank;  // among those of the thread, from 1
};

// The thread whose count reaches a rank; a count of all threads together is in any case added to what was seen before.
// Gives false, for all threads, where the counts end before the rank.
DEVICE bool locate(unsigned count, int64_t rank, int64_t& seen, unsigned* ofWarps, Location& location) {
  unsigned lane = threadIdx.x % 32;
  unsigned upTo = count;
#pragma unroll
  for (unsigned distance = 1; distance < 32; distance *= 2) {
    unsigned before = __shfl_up_sync(ALL_LANES, upTo, distance);
    upTo += lane >= distance ? before : 0;
  }
  if (lane == 31) {
    ofWarps[threadIdx.x / 32] = upTo;
  }
  __syncthreads();
  unsigned total = 0;
  for (unsigned warp = 0; warp < LOCATE_THREADS / 32; warp++) {
    upTo += warp < threadIdx.x / 32 ? ofWarps[warp] : 0;
    total += ofWarps[warp];
  }
  int64_t wanted = rank - seen;
  bool found = wanted <= total;
  if (found && upTo >= wanted && upTo - count < wanted) {
    location.thread = threadIdx.x;
    location.rank = static_cast<unsigned>(wanted - (upTo - count));
  }
  __syncthreads();
  seen += found ? 0 : total;
  return found;
}

// The segment that holds the element of a rank, or all segments' number.
DEVICE int64_t locateSegment(
    const TieSearch& p, int target, int64_t rank, int64_t& seen, unsigned* ofWarps, Location& location) {
  int64_t segments = (p.slice.count + TIE_SEGMENT - 1) / TIE_SEGMENT;
  for (int64_t start = 0; start < segments; start += LOCATE_THREADS * COUNTS_OF_A_THREAD) {
    int64_t mine = start + threadIdx.x * COUNTS_OF_A_THREAD;
    unsigned count = 0;
    for (int k = 0; k < COUNTS_OF_A_THREAD && mine + k < segments; k++) {
      count += p.counts[(mine + k) * p.targets.count + target];
    }
    if (locate(count, rank, seen, ofWarps, location)) {
      int64_t segment = start + location.thread * COUNTS_OF_A_THREAD;
      seen = rank - location.rank;
      for (;; segment++) {
        unsigned here = p.counts[segment * p.targets.count + target];
        if (seen + here >= rank) {
          return segment;
        }
        seen += here;
      }
    }
  }
  return segments;
}

// Finds the element of each target's rank among those of its magnitude, if it is in this slice: a block for a target.
template <bool VARIANCE>
DEVICE void tieLocate(const TieSearch& p) {
  unsigned* ofWarps = reinterpret_cast<unsigned*>(sharedMemory);
  Location& location = *reinterpret_cast<Location*>(ofWarps + LOCATE_THREADS / 32);
  for (int target = blockIdx.x; target < p.targets.count; target += gridDim.x) {
    const Target& wanted = p.targets.all[target];
    TieState& state = p.states[target];
    int64_t seen = static_cast<int64_t>(state.seen);
    int64_t end = state.end;
    __syncthreads();
    if (wanted.rank == 0 || end != 0) {
      continue;
    }
    int64_t segment = locateSegment(p, target, wanted.rank, seen, ofWarps, location);
    for (int64_t start = segment * TIE_SEGMENT; start < p.slice.count; start += LOCATE_THREADS * WIDTH) {
      int64_t vector = start / WIDTH + threadIdx.x;
      int count = p.slice.within(vector);
      unsigned equal = 0;
      int row = VARIANCE ? 0 : wanted.row;
      eachRanked<VARIANCE>(
          p.ranked, row, row + 1, p.slice.first + vector * WIDTH, vector * WIDTH, count,
          [&](int, const float* values) {
            for (int i = 0; i < count; i++) {
              equal |= (keyOf(values[i]) == wanted.key ? 1u : 0u) << i;
            }
          });
      if (locate(__popc(equal), wanted.rank, seen, ofWarps, location)) {
        if (threadIdx.x == location.thread) {
          for (unsigned before = 1; before < location.rank; before++) {
            equal &= equal - 1;
          }
          state.end = p.slice.first + vector * WIDTH + __ffs(static_cast<int>(equal));
        }
        break;
      }
    }
    if (threadIdx.x == 0) {
      state.seen = static_cast<uint64_t>(seen);
    }
    __syncthreads();
  }
}

KERNEL_WITH_BARRIERS(tie_locate, TieSearch, 256, 1) { tieLocate<false>(p); }

KERNEL_WITH_BARRIERS(tie_locate_of_variance, TieSearch, 256, 1) { tieLocate<true>(p); }

struct NonZeroCounts {
  Slice slice;
  uint64_t* counts;  // one for each row
  Ranked ranked;
};

// Adds a number of each thread of a warp to a counter.
DEVICE void addOfWarp(uint64_t* counter, unsigned number) {
#pragma unroll
  for (int half = 16; half >= 1; half /= 2) {
    number += __shfl_down_sync(ALL_LANES, number, half);
  }
  if (threadIdx.x % 32 == 0 && number > 0) {
    atomicAdd(reinterpret_cast<unsigned long long*>(counter), static_cast<unsigned long long>(number));
  }
}

template <bool VARIANCE>
DEVICE void nonZeroCounts(const NonZeroCounts& p) {
  for (int64_t start = firstVector() - threadIdx.x; start < p.slice.vectors(); start += vectorStride()) {
    int64_t vector = start + threadIdx.x;
    int count = p.slice.within(vector);
    eachRanked<VARIANCE>(
        p.ranked, 0, p.ranked.models, p.slice.first + vector * WIDTH, vector * WIDTH, count,
        [&](int row, const float* values) {
          unsigned number = 0;
          for (int i = 0; i < count; i++) {
            number += values[i] != 0.0f ? 1 : 0;
          }
          addOfWarp(p.counts + row, number);
        });
  }
}

KERNEL_WITH_BARRIERS(non_zero_counts, NonZeroCounts, 256, 2) { nonZeroCounts<false>(p); }

KERNEL_WITH_BARRIERS(non_zero_counts_of_variance, NonZeroCounts, 256, 2) { nonZeroCounts<true>(p); }

struct ActiveCounts {
  Slice slice;
  uint64_t* counts;  // for each model, the changes that it alone made and those it shares
  float epsilon;
  int reserved;
  Rows rows;
};

KERNEL_WITH_BARRIERS(active_counts, ActiveCounts, 256, 2) {
  auto inputs = [&](int j) -> const Vector& { return p.rows.inputs[j]; };
  for (int64_t start = firstVector() - threadIdx.x; start < p.slice.vectors(); start += vectorStride()) {
    int64_t vector = start + threadIdx.x;
    int count = p.slice.within(vector);
    FromBase fromBase;
    load(p.rows.base, vector * WIDTH, count, fromBase.base);
    Changes changes(inputs, fromBase, p.rows.models, vector * WIDTH, count);
    int active[WIDTH] = {0, 0, 0, 0, 0, 0, 0, 0};
    changes.each([&](int, const float* change) {
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        active[i] += fabsf(change[i]) > p.epsilon ? 1 : 0;
      }
    });
    changes.each([&](int j, const float* change) {
      unsigned unique = 0;
      unsigned shared = 0;
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        bool counts = i < count && fabsf(change[i]) > p.epsilon;
        unique += counts && active[i] == 1 ? 1 : 0;
        shared += counts && active[i] > 1 ? 1 : 0;
      }
      addOfWarp(p.counts + 2 * j, unique);
      addOfWarp(p.counts + 2 * j + 1, shared);
    });
  }
}
