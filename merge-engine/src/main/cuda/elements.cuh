// Elements as checkpoints store them, eight at a time, from and to float32. The conversions are those of the plain Java
// class ScalarFormats, bit for bit.
#pragma once

#include "platform.cuh"

// Elements that a thread handles at a time: 16 bytes of a 16-bit type.
static const int WIDTH = 8;

enum ElementType { F32 = 0, F16 = 1, BF16 = 2, TYPE = 3, ALIGNED = 16 };

// A slice of a tensor: where its first element is, its type, and whether that is aligned to 16 bytes.
struct Vector {
  const void* data;
  int type;
  int reserved;
};

// Eight elements as they are stored; 16-bit elements fill the first half.
struct Stored {
  uint4 low;
  uint4 high;
};

DEVICE float brainToFloat(unsigned half) { return __uint_as_float(half << 16); }

// A NaN keeps its sign and upper bits and turns quiet.
DEVICE unsigned floatToBrain(float value) {
  unsigned bits = __float_as_uint(value);
  bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
  return (nan ? bits | 0x00400000u : bits + ((bits >> 16) & 1u) + 0x7fffu) >> 16;
}

// The exponent and fraction at float32's places, times 2^112, which is exact and normalises subnormal numbers.
DEVICE float halfToFloat(unsigned half) {
  float magnitude = __uint_as_float((half & 0x7fffu) << 13) * 0x1p112f;
  unsigned bits = __float_as_uint(magnitude);
  if (magnitude >= 65536.0f) {
    bits |= 0x7f800000u;
  }
  return __uint_as_float(bits | (half & 0x8000u) << 16);
}

DEVICE unsigned floatToHalf(float value) {
  unsigned bits = __float_as_uint(value);
  unsigned sign = bits >> 16 & 0x8000u;
  unsigned magnitude = bits & 0x7fffffffu;
  unsigned half;
  if (magnitude > 0x7f800000u) {
    half = 0x7e00u;
  } else if (magnitude >= 0x477ff000u) {
    half = 0x7c00u;  // 65520 and above round to infinity
  } else if (magnitude < 0x38800000u) {
    // Below 2^-14: adding 0.5 leaves the fraction in units of 2^-24, rounded by the addition.
    half = __float_as_uint(__uint_as_float(magnitude) + 0.5f) - 0x3f000000u;
  } else {
    half = (magnitude + ((magnitude >> 13) & 1u) - (112u << 23) + 0xfffu) >> 13;
  }
  return sign | half;
}

DEVICE float loadOne(const Vector& vector, int64_t index) {
  switch (vector.type & TYPE) {
    case F32:
      return static_cast<const float*>(vector.data)[index];
    case F16:
      return halfToFloat(static_cast<const uint16_t*>(vector.data)[index]);
    default:
      return brainToFloat(static_cast<const uint16_t*>(vector.data)[index]);
  }
}

// Where fewer than eight are left or the address is odd.
DEVICE Stored loadSingly(const Vector& vector, int64_t index, int count) {
  unsigned words[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  if ((vector.type & TYPE) == F32) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      words[i] = i < count ? static_cast<const unsigned*>(vector.data)[index + i] : 0u;
    }
  } else {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      unsigned element = i < count ? static_cast<const uint16_t*>(vector.data)[index + i] : 0u;
      words[i / 2] |= element << (16 * (i % 2));
    }
  }
  Stored stored;
  stored.low = make_uint4(words[0], words[1], words[2], words[3]);
  stored.high = make_uint4(words[4], words[5], words[6], words[7]);
  return stored;
}

// Elements from an index on, fast where that is a multiple of eight; those from count on are zero.
DEVICE Stored loadStored(const Vector& vector, int64_t index, int count) {
  if (!(vector.type & ALIGNED) || count < WIDTH || index % WIDTH != 0) {
    return loadSingly(vector, index, count);
  }
  Stored stored;
  if ((vector.type & TYPE) == F32) {
    const uint4* words = reinterpret_cast<const uint4*>(static_cast<const float*>(vector.data) + index);
    stored.low = __ldg(words);
    stored.high = __ldg(words + 1);
  } else {
    stored.low = __ldg(reinterpret_cast<const uint4*>(static_cast<const uint16_t*>(vector.data) + index));
    stored.high = make_uint4(0, 0, 0, 0);
  }
  return stored;
}

DEVICE void decode(int type, const Stored& stored, float* values) {
  unsigned words[8] = {stored.low.x,  stored.low.y,  stored.low.z,  stored.low.w,
                       stored.high.x, stored.high.y, stored.high.z, stored.high.w};
  switch (type & TYPE) {
    case F32:
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        values[i] = __uint_as_float(words[i]);
      }
      break;
    case F16:
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        values[i] = halfToFloat(words[i / 2] >> (16 * (i % 2)) & 0xffffu);
      }
      break;
    default:
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        values[i] = i % 2 == 0 ? __uint_as_float(words[i / 2] << 16) : __uint_as_float(words[i / 2] & 0xffff0000u);
      }
  }
}

DEVICE void load(const Vector& vector, int64_t index, int count, float* values) {
  decode(vector.type, loadStored(vector, index, count), values);
}

DEVICE unsigned encodeOne(int type, float value) {
  switch (type & TYPE) {
    case F32:
      return __float_as_uint(value);
    case F16:
      return floatToHalf(value);
    default:
      return floatToBrain(value);
  }
}

DEVICE void storeSingly(const Vector& vector, int64_t index, int count, const float* values) {
#pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    if (i >= count) {
      return;
    }
    unsigned bits = encodeOne(vector.type, values[i]);
    if ((vector.type & TYPE) == F32) {
      static_cast<unsigned*>(const_cast<void*>(vector.data))[index + i] = bits;
    } else {
      static_cast<uint16_t*>(const_cast<void*>(vector.data))[index + i] = static_cast<uint16_t>(bits);
    }
  }
}

// Rounds once and stores elements from an index that is a multiple of eight.
DEVICE void store(const Vector& vector, int64_t index, int count, const float* values) {
  if (!(vector.type & ALIGNED) || count < WIDTH) {
    storeSingly(vector, index, count, values);
    return;
  }
  unsigned words[8];
  if ((vector.type & TYPE) == F32) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      words[i] = __float_as_uint(values[i]);
    }
    uint4* target = reinterpret_cast<uint4*>(static_cast<float*>(const_cast<void*>(vector.data)) + index);
    target[0] = make_uint4(words[0], words[1], words[2], words[3]);
    target[1] = make_uint4(words[4], words[5], words[6], words[7]);
  } else {
#pragma unroll
    for (int i = 0; i < WIDTH / 2; i++) {
      words[i] = encodeOne(vector.type, values[2 * i]) | encodeOne(vector.type, values[2 * i + 1]) << 16;
    }
    uint4* target = reinterpret_cast<uint4*>(static_cast<uint16_t*>(const_cast<void*>(vector.data)) + index);
    *target = make_uint4(words[0], words[1], words[2], words[3]);
  }
}

// The slice that a launch works on, at the head of every kernel's parameter.
struct Slice {
  int64_t first;
  int64_t count;

  DEVICE int64_t vectors() const { return (count + WIDTH - 1) / WIDTH; }

  // Elements of a vector that are within the slice; 0 for a vector behind it.
  DEVICE int within(int64_t vector) const {
    int64_t left = count - vector * WIDTH;
    return left >= WIDTH ? WIDTH : left > 0 ? static_cast<int>(left) : 0;
  }
};

DEVICE int64_t firstVector() { return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; }

DEVICE int64_t vectorStride() { return static_cast<int64_t>(gridDim.x) * blockDim.x; }

// The quotient of two numbers, by 32-bit arithmetic where they fit.
DEVICE int64_t quotient(int64_t number, int64_t divisor) {
  if ((number | divisor) >> 32 == 0) {
    return static_cast<unsigned>(number) / static_cast<unsigned>(divisor);
  }
  return number / divisor;
}
