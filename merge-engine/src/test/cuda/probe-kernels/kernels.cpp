// Kernels for the tests of the stand-in driver itself.
#include <cstdint>
#include <cstring>

struct Parameters {
  unsigned char* bytes;
  std::int64_t count;
};

extern "C" int mergefarm_parameter_bytes(const char* name) {
  bool known = std::strcmp(name, "increment") == 0 || std::strcmp(name, "overrun") == 0 || std::strcmp(name, "fail") == 0;
  return known ? static_cast<int>(sizeof(Parameters)) : -1;
}

extern "C" int mergefarm_launch(const char* name, unsigned, unsigned, unsigned, const void* parameters, int) {
  Parameters values;
  std::memcpy(&values, parameters, sizeof values);
  if (std::strcmp(name, "fail") == 0) return 2;
  std::int64_t last = std::strcmp(name, "overrun") == 0 ? values.count + 1 : values.count;
  for (std::int64_t i = 0; i < last; i++) values.bytes[i]++;
  return 0;
}
