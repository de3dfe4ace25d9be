// Masks that are drawn, with one probability or by rank within a row: the plain twins are DeltaMask.Drawn, RankedMask and
// RowRanking.
#pragma once

#include "rows.cuh"

static const int RANKING_THREADS = 256;
static const int RANKING_WARPS = RANKING_THREADS / 32;
static const int DIGITS = 256;

struct DrawnMask {
  Slice slice;
  unsigned* kept;  // a bit for each element of the tensor
  Key key;
  float probability;
  int reserved;
};

// A thread draws for 32 neighbours, which share their counters. Where slices meet within such a group, both draw the same.
KERNEL(drawn_mask, DrawnMask, 256, 4) {
  int64_t first = p.slice.first / 32;
  int64_t end = (p.slice.first + p.slice.count + 31) / 32;
  for (int64_t group = first + firstVector(); group < end; group += vectorStride()) {
    p.kept[group] = drawnOf(p.key, group, p.probability);
  }
}

struct RankedMask {
  Slice slice;
  Vector input;
  Vector base;
  unsigned* kept;     // a bit for each element of the tensor
  unsigned* scratch;  // four numbers for each element of a row, for each block
  int64_t rowLength;
  int64_t stride;  // from one element of a row to the next, and rows side by side
  Key key;
  float density;
  float lowest;  // the probability of the smallest element
  float epsilon;
  int reserved;
};

// A digit's place in the order of all digits: where the counts of all warps have been added up before it.
DEVICE void placeDigits(unsigned* counts, unsigned* totals, unsigned length, unsigned& single) {
  unsigned digit = threadIdx.x;
  unsigned total = 0;
  for (int warp = 0; warp < RANKING_WARPS; warp++) {
    total += counts[warp * DIGITS + digit];
  }
  if (total == length) {
    single = 1;
  }
  unsigned upTo = total;
  unsigned lane = threadIdx.x % 32;
#pragma unroll
  for (unsigned distance = 1; distance < 32; distance *= 2) {
    unsigned before = __shfl_up_sync(ALL_LANES, upTo, distance);
    upTo += lane >= distance ? before : 0;
  }
  if (lane == 31) {
    totals[threadIdx.x / 32] = upTo;
  }
  __syncthreads();
  unsigned place = upTo - total;
  for (unsigned warp = 0; warp < threadIdx.x / 32; warp++) {
    place += totals[warp];
  }
  for (int warp = 0; warp < RANKING_WARPS; warp++) {
    unsigned count = counts[warp * DIGITS + digit];
    counts[warp * DIGITS + digit] = place;
    place += count;
  }
}

struct Ordered {
  unsigned* keys;
  unsigned* places;
};

// Moves keys to their places by one digit, equal digits in the order in which they come.
DEVICE void scatter(const Ordered& from, const Ordered& to, unsigned* counts, int shift, int64_t begin, int64_t end) {
  unsigned lane = threadIdx.x % 32;
  for (int64_t start = begin; start < end; start += 32) {
    bool active = start + lane < end;
    unsigned key = active ? from.keys[start + lane] : 0;
    unsigned digit = active ? key >> shift & (DIGITS - 1) : DIGITS;
    unsigned peers = __match_any_sync(ALL_LANES, digit);
    int before = __popc(peers & ((1u << lane) - 1));
    if (active) {
      unsigned place = counts[digit] + before;
      to.keys[place] = key;
      to.places[place] = from.places[start + lane];
    }
    __syncwarp();
    if (active && before == 0) {
      counts[digit] += __popc(peers);
    }
    __syncwarp();
  }
}

// One row and the block that works on it.
struct RankedRow {
  const RankedMask& p;
  unsigned* counts;  // of a byte's values, for each warp
  unsigned* totals;
  unsigned& single;  // whether a byte has one value only
  int64_t length;
  int64_t begin;  // of the warp's part of the row
  int64_t end;

  DEVICE explicit RankedRow(const RankedMask& p)
      : p(p),
        counts(reinterpret_cast<unsigned*>(sharedMemory)),
        totals(counts + RANKING_WARPS * DIGITS),
        single(totals[RANKING_WARPS]),
        length(p.rowLength) {
    int64_t chunk = (length + RANKING_THREADS - 1) / RANKING_THREADS * 32;
    int64_t start = threadIdx.x / 32 * chunk;
    begin = start < length ? start : length;
    end = begin + chunk < length ? begin + chunk : length;
  }

  // Of equal magnitudes the one of lower index ranks higher, so it comes later.
  DEVICE void fill(const Ordered& row, int64_t first) const {
    for (int64_t i = threadIdx.x; i < length; i += blockDim.x) {
      int64_t element = first + i * p.stride;
      row.keys[length - 1 - i] = keyOf(loadOne(p.input, element) - loadOne(p.base, element));
      row.places[length - 1 - i] = static_cast<unsigned>(i);
    }
  }

  // Counts the values of a byte and turns the counts to places.
  DEVICE void count(const Ordered& row, int shift) const {
    __syncthreads();
    for (int i = threadIdx.x; i < RANKING_WARPS * DIGITS; i += blockDim.x) {
      counts[i] = 0;
    }
    if (threadIdx.x == 0) {
      single = 0;
    }
    __syncthreads();
    for (int64_t i = begin + threadIdx.x % 32; i < end; i += 32) {
      atomicAdd(&counts[threadIdx.x / 32 * DIGITS + (row.keys[i] >> shift & (DIGITS - 1))], 1u);
    }
    __syncthreads();
    placeDigits(counts, totals, static_cast<unsigned>(length), single);
    __syncthreads();
  }

  // A stable radix sort, eight bits at a time; bytes that are all equal are passed over.
  DEVICE void sort(Ordered& row, Ordered& other) const {
    for (int shift = 0; shift < 32; shift += 8) {
      count(row, shift);
      if (single == 0) {
        scatter(row, other, counts + threadIdx.x / 32 * DIGITS, shift, begin, end);
        Ordered sorted = other;
        other = row;
        row = sorted;
      }
    }
    __syncthreads();
  }

  DEVICE void draw(const Ordered& row, int64_t first) const {
    for (int64_t rank = threadIdx.x; rank < length; rank += blockDim.x) {
      float share = static_cast<float>(rank) / static_cast<float>(length - 1);
      float probability = length == 1 ? p.density : p.lowest + share * 2.0f * p.epsilon;
      int64_t element = p.slice.first + first + row.places[rank] * p.stride;
      if (uniform(p.key, element) < probability) {
        atomicOr(&p.kept[element / 32], 1u << (element % 32));
      }
    }
    __syncthreads();
  }
};

// Orders each row by magnitude and draws by rank, a block for a row.
KERNEL_WITH_BARRIERS(ranked_mask, RankedMask, 256, 4) {
  RankedRow work(p);
  int64_t length = p.rowLength;
  unsigned* scratch = p.scratch + blockIdx.x * 4 * length;
  int64_t rows = p.slice.count / length;
  for (int64_t number = blockIdx.x; number < rows; number += gridDim.x) {
    int64_t first = number / p.stride * length * p.stride + number % p.stride;
    Ordered row = {scratch, scratch + length};
    Ordered other = {scratch + 2 * length, scratch + 3 * length};
    work.fill(row, first);
    work.sort(row, other);
    work.draw(row, first);
  }
}
