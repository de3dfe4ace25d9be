// Kernels for the tests of the stand-in driver itself.
#include <cstdint>
#include <cstring>

extern "C" {

int mergefarm_kernel_exists(const char* name) {
  return std::strcmp(name, "increment") == 0 || std::strcmp(name, "overrun") == 0 || std::strcmp(name, "fail") == 0;
}

struct Parameters {
  unsigned char* bytes;
  std::int64_t count;
};

int mergefarm_kernel_run(const char* name, unsigned, unsigned, unsigned, const void* parameters) {
  Parameters values;
  std::memcpy(&values, parameters, sizeof values);
  if (std::strcmp(name, "fail") == 0) return 719;
  std::int64_t last = std::strcmp(name, "overrun") == 0 ? values.count + 1 : values.count;
  for (std::int64_t i = 0; i < last; i++) values.bytes[i]++;
  return 0;
}
}
