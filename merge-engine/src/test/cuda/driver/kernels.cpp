// Modules and launches. The module's image is only recognised; its kernels come from a library that was compiled for
// this machine from the same sources, which STANDIN_KERNELS names.
#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "driver.h"

namespace standin {

namespace {

constexpr std::uint32_t FATBIN = 0xBA55ED50u;
constexpr unsigned MOST_SHARED_BYTES = 233472;

// What the library of kernels offers: runs one by name, one at a time, and tells the length of its parameters or -1.
using Run = int (*)(const char* name, unsigned blocks, unsigned threads, unsigned sharedBytes, const void* parameters,
                    int backwards);
using ParameterBytes = int (*)(const char* name);

struct Library {
  Run run = nullptr;
  ParameterBytes parameterBytes = nullptr;
  std::mutex running;
};

Library& library() {
  static Library loaded;
  if (loaded.run != nullptr) return loaded;
  void* handle = dlopen(driver().settings.kernels.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    violation(std::string("the library of kernels cannot be loaded: ") + dlerror(), NOT_FOUND);
    return loaded;
  }
  loaded.run = reinterpret_cast<Run>(dlsym(handle, "mergefarm_launch"));
  loaded.parameterBytes = reinterpret_cast<ParameterBytes>(dlsym(handle, "mergefarm_parameter_bytes"));
  return loaded;
}

using Parameters = std::vector<unsigned char>;

// Every word of the parameters that looks like a device address must lie in memory that is allocated now.
bool collectUses(const std::string& what, int device, const Parameters& parameters, std::vector<Use>* uses) {
  for (std::size_t offset = 0; offset + sizeof(Address) <= parameters.size(); offset += sizeof(Address)) {
    Address word;
    std::memcpy(&word, parameters.data() + offset, sizeof word);
    if (!isDeviceAddress(word)) continue;
    Use use{0, true};
    if (deviceRange(what, device, word, 1, &use.allocation) == nullptr) return false;
    bool known = std::any_of(uses->begin(), uses->end(), [&](const Use& u) { return u.allocation == use.allocation; });
    if (!known) uses->push_back(use);
  }
  return true;
}

}  // namespace

Result loadModule(const void* image, void** module) {
  std::uint32_t magic;
  std::memcpy(&magic, image, sizeof magic);
  if (magic != FATBIN) return violation("a module that is no fatbin", INVALID_IMAGE);
  if (library().run == nullptr || library().parameterBytes == nullptr) return NOT_FOUND;
  *module = std::malloc(1);
  driver().modules.insert(*module);
  return SUCCESS;
}

Result findKernel(const char* name, void** function) {
  if (library().parameterBytes(name) < 0) return violation(std::string("there is no kernel ") + name, NOT_FOUND);
  static std::set<std::string> names;
  *function = const_cast<char*>(names.insert(name).first->c_str());
  return SUCCESS;
}

Result launchKernel(Stream* stream, void* function, unsigned grid, unsigned block, unsigned sharedBytes,
                    void** parameters) {
  const char* name = static_cast<const char*>(function);
  std::string what = std::string("a launch of ") + name;
  if (grid == 0 || block == 0 || block > 1024 || sharedBytes > MOST_SHARED_BYTES) {
    return violation(what + " in a shape that no device takes", INVALID_VALUE);
  }
  const unsigned char* given = static_cast<const unsigned char*>(parameters[0]);
  auto copied = std::make_shared<Parameters>(given, given + library().parameterBytes(name));
  Work work;
  work.what = what;
  if (!collectUses(what, stream->device, *copied, &work.uses)) return INVALID_VALUE;
  driver().launches[name]++;
  work.run = [=] {
    std::unique_lock<std::mutex> alone(library().running);
    int code = library().run(name, grid, block, sharedBytes, copied->data(), 0);
    alone.unlock();
    Lock lock(driver().mutex);
    if (code != SUCCESS) driver().failure = violation(what + " failed with " + std::to_string(code), LAUNCH_FAILED);
    checkRedZones(what);
  };
  return enqueue(stream, std::move(work));
}

}  // namespace standin
