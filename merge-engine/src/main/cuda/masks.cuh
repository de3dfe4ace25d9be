// Which elements of a change are kept: the plain twins are MagnitudeCut, DeltaMask and CounterRandom.
#pragma once

#include "changes.cuh"

// Elements are larger when their magnitude is above the bits, or equal and their index below the end.
struct Cut {
  int bits;
  int reserved;
  int64_t end;

  // Elements of eight, from one on, that come before the end.
  DEVICE int before(int64_t element) const {
    int64_t left = end - element;
    return left >= WIDTH ? WIDTH : left > 0 ? static_cast<int>(left) : 0;
  }

  // Whether element i of eight is larger; a NaN's magnitude is above all numbers'.
  DEVICE bool larger(float value, int i, int before) const {
    unsigned least = static_cast<unsigned>(bits) + (i < before ? 0u : 1u);
    return (__float_as_uint(value) & 0x7fffffffu) >= least;
  }
};

struct Key {
  unsigned key0;
  unsigned key1;
  unsigned stream2;
  unsigned stream3;
};

// Philox 4x32-10: the four words of a counter.
DEVICE void philox(const Key& key, uint64_t counter, unsigned* words) {
  unsigned c0 = static_cast<unsigned>(counter);
  unsigned c1 = static_cast<unsigned>(counter >> 32);
  unsigned c2 = key.stream2;
  unsigned c3 = key.stream3;
  unsigned k0 = key.key0;
  unsigned k1 = key.key1;
#pragma unroll
  for (int round = 0; round < 10; round++) {
    uint64_t product0 = static_cast<uint64_t>(c0) * 0xD2511F53u;
    uint64_t product1 = static_cast<uint64_t>(c2) * 0xCD9E8D57u;
    c0 = static_cast<unsigned>(product1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<unsigned>(product1);
    c2 = static_cast<unsigned>(product0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<unsigned>(product0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

DEVICE float uniformOf(unsigned word) { return static_cast<float>(word >> 8) * 0x1p-24f; }

// The uniform number of one element.
DEVICE float uniform(const Key& key, int64_t element) {
  unsigned words[4];
  philox(key, static_cast<uint64_t>(element / 32 * 8 + element % 8), words);
  return uniformOf(words[element / 8 % 4]);
}

// Which elements of a group of 32 neighbours are drawn, one bit each.
DEVICE unsigned drawnOf(const Key& key, int64_t group, float probability) {
  // A number is below the probability where its 24 bits are below this.
  unsigned bound = static_cast<unsigned>(ceilf(probability * 0x1p24f));
  unsigned drawn = 0;
#pragma unroll
  for (unsigned counter = 0; counter < 8; counter++) {
    unsigned words[4];
    philox(key, static_cast<uint64_t>(group * 8 + counter), words);
#pragma unroll
    for (unsigned word = 0; word < 4; word++) {
      drawn |= (words[word] >> 8 < bound ? 1u : 0u) << (8 * word + counter);
    }
  }
  return drawn;
}

enum MaskKind { KEEP_ALL = 0, KEEP_NOTHING = 1, KEEP_LARGEST = 2, KEEP_BETWEEN = 3, KEEP_STORED = 4 };

// One model's change from the base, and what becomes of it.
struct TaskVector {
  Vector input;
  float weight;
  float rescale;
  int mask;
  int reserved;
  Cut rest;
  Cut outliers;
  const unsigned* kept;  // a bit for each element of the tensor
};

DEVICE void keepBetween(const TaskVector& vector, int64_t element, float* change) {
  int before = vector.rest.before(element);
#pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    change[i] = vector.rest.larger(change[i], i, before) ? change[i] : 0.0f;
  }
  if (vector.mask == KEEP_BETWEEN) {
    before = vector.outliers.before(element);
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      change[i] = vector.outliers.larger(change[i], i, before) ? 0.0f : change[i];
    }
  }
}

// The bits of eight elements.
DEVICE unsigned storedBits(const unsigned* kept, int64_t element, int count) {
  if (element % WIDTH == 0 && count == WIDTH) {
    return reinterpret_cast<const uint8_t*>(kept)[element / WIDTH];
  }
  unsigned bits = 0;
  for (int i = 0; i < count; i++) {
    bits |= (kept[(element + i) / 32] >> ((element + i) % 32) & 1u) << i;
  }
  return bits;
}

// Sets what is not kept to 0.
DEVICE void thinOut(const TaskVector& vector, int64_t element, int count, float* change) {
  if (vector.mask == KEEP_ALL) {
    return;
  }
  if (vector.mask == KEEP_LARGEST || vector.mask == KEEP_BETWEEN) {
    keepBetween(vector, element, change);
    return;
  }
  unsigned kept = vector.mask == KEEP_STORED ? storedBits(vector.kept, element, count) : 0u;
#pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    change[i] = (kept >> i & 1u) ? change[i] : 0.0f;
  }
}
