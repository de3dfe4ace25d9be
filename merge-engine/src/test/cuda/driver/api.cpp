// The functions of the driver that JCuda calls, by the driver's own names.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "driver.h"

namespace standin {

Driver& driver() {
  static Driver* instance = new Driver();
  return *instance;
}

Result violation(const std::string& text, Result code) {
  constexpr std::size_t MOST = 100;
  if (driver().violations.size() < MOST) driver().violations.push_back(text);
  return code;
}

namespace {

thread_local int current = -1;

void count(const char* name) { driver().calls[name]++; }

bool known(int device) { return device >= 0 && device < static_cast<int>(driver().devices.size()); }

void* contextOf(int device) { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(device + 1)); }

// The device of the calling thread's context, or -1 with a violation.
int context(const char* call) {
  if (current < 0) violation(std::string(call) + " without a context on its thread", INVALID_CONTEXT);
  return current;
}

// The stream if it is one of the current context's, else null with a violation.
Stream* streamOf(const char* call, void* handle) {
  Stream* stream = static_cast<Stream*>(handle);
  if (driver().streams.count(stream) == 0) {
    violation(std::string(call) + " on a stream that is not open", INVALID_HANDLE);
    return nullptr;
  }
  int device = context(call);
  if (device >= 0 && device != stream->device) violation(std::string(call) + " in another device's context", INVALID_CONTEXT);
  return stream;
}

Event* eventOf(const char* call, void* handle) {
  Event* event = static_cast<Event*>(handle);
  if (driver().events.count(event) > 0) return event;
  violation(std::string(call) + " of an event that does not exist", INVALID_HANDLE);
  return nullptr;
}

std::uint64_t digest(const unsigned char* bytes, std::size_t count) {
  std::uint64_t hash = 1469598103934665603ull;
  for (std::size_t i = 0; i < count; i++) hash = (hash ^ bytes[i]) * 1099511628211ull;
  return hash;
}

bool allPoison(const unsigned char* bytes, std::size_t count) {
  for (std::size_t i = 0; i < count; i++) {
    if (bytes[i] != HOST_POISON) return false;
  }
  return true;
}

void report(const std::string& text) {
  Lock lock(driver().mutex);
  violation(text, INVALID_VALUE);
}

Use pinned(const void* host, std::size_t bytes, bool writes) {
  Use use;
  use.writes = writes;
  if (hostRange(host, bytes, &use.allocation) == nullptr) driver().pageableCopies++;
  return use;
}

}  // namespace

extern "C" {

int cuInit(unsigned) {
  Driver& d = driver();
  Lock lock(d.mutex);
  count("cuInit");
  if (d.initialised) return SUCCESS;
  d.settings = settingsOfEnvironment();
  if (d.settings.devices == 0) return NO_DEVICE;
  d.devices.resize(d.settings.devices);
  d.initialised = true;
  std::atexit(writeReport);
  return SUCCESS;
}

int cuDriverGetVersion(int* version) {
  *version = 13000;
  return SUCCESS;
}

int cuGetErrorName(int code, const char** name) {
  static const std::map<int, const char*> NAMES = {
      {SUCCESS, "CUDA_SUCCESS"},
      {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE"},
      {OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY"},
      {NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED"},
      {NO_DEVICE, "CUDA_ERROR_NO_DEVICE"},
      {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE"},
      {INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE"},
      {INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT"},
      {INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE"},
      {NOT_FOUND, "CUDA_ERROR_NOT_FOUND"},
      {NOT_READY, "CUDA_ERROR_NOT_READY"},
      {ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS"},
      {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED"},
  };
  auto found = NAMES.find(code);
  *name = found == NAMES.end() ? "CUDA_ERROR_UNKNOWN" : found->second;
  return SUCCESS;
}

int cuGetErrorString(int code, const char** text) { return cuGetErrorName(code, text); }

int cuDeviceGetCount(int* devices) {
  Lock lock(driver().mutex);
  *devices = static_cast<int>(driver().devices.size());
  return driver().initialised ? SUCCESS : NOT_INITIALIZED;
}

int cuDeviceGet(int* device, int ordinal) {
  Lock lock(driver().mutex);
  if (!known(ordinal)) return INVALID_DEVICE;
  *device = ordinal;
  return SUCCESS;
}

int cuDeviceGetName(char* name, int length, int device) {
  std::snprintf(name, length, "Stand-in device %d", device);
  return SUCCESS;
}

int cuDeviceGetAttribute(int* value, int attribute, int) {
  static const std::map<int, int> VALUES = {
      {1, 1024},     // most threads in a block
      {8, 49152},    // shared memory of a block
      {10, 32},      // warp
      {16, 4},       // multiprocessors
      {39, 2048},    // most threads on a multiprocessor
      {40, 2},       // copy engines
      {41, 1},       // unified addressing
      {75, 9},       // compute capability, major
      {76, 0},       // and minor
      {97, 233472},  // most shared memory of a block, opted in to
  };
  auto found = VALUES.find(attribute);
  if (found == VALUES.end()) return INVALID_VALUE;
  *value = found->second;
  return SUCCESS;
}

int cuDeviceTotalMem_v2(std::size_t* bytes, int) {
  Lock lock(driver().mutex);
  *bytes = driver().settings.memory;
  return SUCCESS;
}

int cuMemGetInfo_v2(std::size_t* free, std::size_t* total) {
  Driver& d = driver();
  Lock lock(d.mutex);
  int device = context("cuMemGetInfo");
  if (device < 0) return INVALID_CONTEXT;
  *total = std::max(d.settings.memory, d.settings.claimedMemory);
  *free = *total - d.devices[device].used;
  return SUCCESS;
}

int cuDevicePrimaryCtxRetain(void** handle, int device) {
  Lock lock(driver().mutex);
  count("cuDevicePrimaryCtxRetain");
  if (!known(device)) return INVALID_DEVICE;
  driver().devices[device].retained++;
  *handle = contextOf(device);
  return SUCCESS;
}

int cuDevicePrimaryCtxRelease_v2(int device) {
  Lock lock(driver().mutex);
  if (!known(device)) return INVALID_DEVICE;
  if (driver().devices[device].retained == 0) return violation("released a context once too often", INVALID_CONTEXT);
  driver().devices[device].retained--;
  return SUCCESS;
}

int cuCtxSetCurrent(void* handle) {
  Lock lock(driver().mutex);
  int device = static_cast<int>(reinterpret_cast<std::uintptr_t>(handle)) - 1;
  if (handle != nullptr && (!known(device) || driver().devices[device].retained == 0)) {
    return violation("a context that is not retained was made current", INVALID_CONTEXT);
  }
  current = device;
  return SUCCESS;
}

int cuModuleLoadData(void** module, const void* image) {
  Lock lock(driver().mutex);
  count("cuModuleLoadData");
  if (context("cuModuleLoadData") < 0) return INVALID_CONTEXT;
  return loadModule(image, module);
}

int cuModuleUnload(void* module) {
  Lock lock(driver().mutex);
  if (driver().modules.erase(module) == 0) return violation("unloaded a module that is not loaded", INVALID_HANDLE);
  std::free(module);
  return SUCCESS;
}

int cuModuleGetFunction(void** function, void* module, const char* name) {
  Lock lock(driver().mutex);
  if (driver().modules.count(module) == 0) return violation("a function of a module that is not loaded", INVALID_HANDLE);
  return findKernel(name, function);
}

int cuFuncSetAttribute(void*, int, int) { return SUCCESS; }

int cuMemAlloc_v2(Address* address, std::size_t bytes) {
  Lock lock(driver().mutex);
  count("cuMemAlloc");
  int device = context("cuMemAlloc");
  return device < 0 ? INVALID_CONTEXT : allocateDevice(device, bytes, address);
}

int cuMemFree_v2(Address address) {
  Lock lock(driver().mutex);
  count("cuMemFree");
  int device = context("cuMemFree");
  return device < 0 ? INVALID_CONTEXT : freeDevice(device, address);
}

int cuMemHostAlloc(void** address, std::size_t bytes, unsigned) {
  Lock lock(driver().mutex);
  count("cuMemHostAlloc");
  return context("cuMemHostAlloc") < 0 ? INVALID_CONTEXT : allocateHost(bytes, address);
}

int cuMemFreeHost(void* address) {
  Lock lock(driver().mutex);
  count("cuMemFreeHost");
  return freeHost(address);
}

int cuMemcpyHtoDAsync_v2(Address target, const void* source, std::size_t bytes, void* handle) {
  Lock lock(driver().mutex);
  count("cuMemcpyHtoDAsync");
  Stream* stream = streamOf("a copy to the device", handle);
  if (stream == nullptr) return INVALID_HANDLE;
  if (isDeviceAddress(reinterpret_cast<Address>(source))) {
    return violation("a copy to the device from device memory", INVALID_VALUE);
  }
  Use written{0, true};
  if (!deviceRange("a copy to the device", stream->device, target, bytes, &written.allocation)) return INVALID_VALUE;
  const unsigned char* from = static_cast<const unsigned char*>(source);
  std::uint64_t expected = digest(from, bytes);
  Work work;
  work.what = "a copy to the device";
  work.uses = {written, pinned(source, bytes, false)};
  work.run = [=] {
    if (digest(from, bytes) != expected) report("the host changed a buffer whose copy to the device was queued");
    std::memcpy(reinterpret_cast<void*>(target), from, bytes);
  };
  return enqueue(stream, std::move(work));
}

int cuMemcpyDtoHAsync_v2(void* target, Address source, std::size_t bytes, void* handle) {
  Lock lock(driver().mutex);
  count("cuMemcpyDtoHAsync");
  Stream* stream = streamOf("a copy from the device", handle);
  if (stream == nullptr) return INVALID_HANDLE;
  if (isDeviceAddress(reinterpret_cast<Address>(target))) {
    return violation("a copy from the device into device memory", INVALID_VALUE);
  }
  Use read{0, false};
  if (!deviceRange("a copy from the device", stream->device, source, bytes, &read.allocation)) return INVALID_VALUE;
  unsigned char* to = static_cast<unsigned char*>(target);
  // Where another copy into the same memory is queued it may change the poison of this one, in order.
  Address start = 0;
  const Allocation* host = hostRange(target, bytes, &start);
  bool alone = host == nullptr || host->arriving == 0;
  Work work;
  work.what = "a copy from the device";
  work.uses = {read, pinned(target, bytes, true)};
  std::memset(to, HOST_POISON, bytes);
  work.run = [=] {
    if (alone && !allPoison(to, bytes)) report("a buffer was changed while a copy from the device into it was queued");
    std::memcpy(to, reinterpret_cast<const void*>(source), bytes);
  };
  return enqueue(stream, std::move(work));
}

int cuMemcpyDtoDAsync_v2(Address target, Address source, std::size_t bytes, void* handle) {
  Lock lock(driver().mutex);
  count("cuMemcpyDtoDAsync");
  Stream* stream = streamOf("a copy on the device", handle);
  if (stream == nullptr) return INVALID_HANDLE;
  Use written{0, true};
  Use read{0, false};
  if (!deviceRange("a copy on the device", stream->device, target, bytes, &written.allocation) ||
      !deviceRange("a copy on the device", stream->device, source, bytes, &read.allocation)) {
    return INVALID_VALUE;
  }
  Work work;
  work.what = "a copy on the device";
  work.uses = {written, read};
  work.run = [=] { std::memmove(reinterpret_cast<void*>(target), reinterpret_cast<const void*>(source), bytes); };
  return enqueue(stream, std::move(work));
}

int cuMemsetD8Async(Address target, unsigned char value, std::size_t bytes, void* handle) {
  Lock lock(driver().mutex);
  count("cuMemsetD8Async");
  Stream* stream = streamOf("a fill", handle);
  if (stream == nullptr) return INVALID_HANDLE;
  Use written{0, true};
  if (!deviceRange("a fill", stream->device, target, bytes, &written.allocation)) return INVALID_VALUE;
  Work work;
  work.what = "a fill";
  work.uses = {written};
  work.run = [=] { std::memset(reinterpret_cast<void*>(target), value, bytes); };
  return enqueue(stream, std::move(work));
}

int cuStreamCreate(void** handle, unsigned) {
  Lock lock(driver().mutex);
  count("cuStreamCreate");
  int device = context("cuStreamCreate");
  if (device < 0) return INVALID_CONTEXT;
  *handle = openStream(device);
  return SUCCESS;
}

int cuStreamDestroy_v2(void* handle) { return closeStream(static_cast<Stream*>(handle)); }

int cuStreamSynchronize(void* handle) {
  Lock lock(driver().mutex);
  count("cuStreamSynchronize");
  Stream* stream = streamOf("cuStreamSynchronize", handle);
  return stream == nullptr ? INVALID_HANDLE : waitFor(lock, lastOf(stream));
}

int cuStreamWaitEvent(void* handle, void* eventHandle, unsigned) {
  Lock lock(driver().mutex);
  count("cuStreamWaitEvent");
  Stream* stream = streamOf("cuStreamWaitEvent", handle);
  Event* event = eventOf("cuStreamWaitEvent", eventHandle);
  if (stream == nullptr || event == nullptr) return INVALID_HANDLE;
  if (!event->marker) return SUCCESS;
  Work work;
  work.what = "a wait for an event";
  work.waitsFor = event->marker;
  return enqueue(stream, std::move(work));
}

int cuEventCreate(void** handle, unsigned) {
  Lock lock(driver().mutex);
  count("cuEventCreate");
  int device = context("cuEventCreate");
  if (device < 0) return INVALID_CONTEXT;
  Event* event = new Event();
  event->device = device;
  driver().events.insert(event);
  *handle = event;
  return SUCCESS;
}

int cuEventDestroy_v2(void* handle) {
  Lock lock(driver().mutex);
  Event* event = eventOf("cuEventDestroy", handle);
  if (event == nullptr) return INVALID_HANDLE;
  driver().events.erase(event);
  delete event;
  return SUCCESS;
}

int cuEventRecord(void* eventHandle, void* handle) {
  Lock lock(driver().mutex);
  count("cuEventRecord");
  Stream* stream = streamOf("cuEventRecord", handle);
  Event* event = eventOf("cuEventRecord", eventHandle);
  if (stream == nullptr || event == nullptr) return INVALID_HANDLE;
  if (event->device != stream->device) return violation("an event recorded on another device's stream", INVALID_HANDLE);
  event->marker = lastOf(stream);
  return SUCCESS;
}

int cuEventSynchronize(void* handle) {
  Lock lock(driver().mutex);
  count("cuEventSynchronize");
  Event* event = eventOf("cuEventSynchronize", handle);
  if (event == nullptr) return INVALID_HANDLE;
  std::shared_ptr<Marker> marker = event->marker;
  return marker ? waitFor(lock, marker) : SUCCESS;
}

int cuEventQuery(void* handle) {
  Lock lock(driver().mutex);
  count("cuEventQuery");
  Event* event = eventOf("cuEventQuery", handle);
  if (event == nullptr) return INVALID_HANDLE;
  if (!event->marker || event->marker->done) return SUCCESS;
  demand(event->marker->stream, event->marker->sequence);
  return NOT_READY;
}

int cuEventElapsedTime(float* milliseconds, void* startHandle, void* endHandle) {
  Lock lock(driver().mutex);
  Event* start = eventOf("cuEventElapsedTime", startHandle);
  Event* end = eventOf("cuEventElapsedTime", endHandle);
  if (start == nullptr || end == nullptr || !start->marker || !end->marker) return INVALID_HANDLE;
  if (!start->marker->done || !end->marker->done) return NOT_READY;
  *milliseconds = static_cast<float>(end->marker->nanoseconds - start->marker->nanoseconds) / 1e6f;
  return SUCCESS;
}


int cuLaunchKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                   unsigned blockZ, unsigned sharedBytes, void* handle, void** parameters, void** extra) {
  Lock lock(driver().mutex);
  count("cuLaunchKernel");
  Stream* stream = streamOf("a launch", handle);
  if (stream == nullptr) return INVALID_HANDLE;
  if (gridY != 1 || gridZ != 1 || blockY != 1 || blockZ != 1 || extra != nullptr || parameters == nullptr) {
    return violation("a launch of a form that no kernel here has", INVALID_VALUE);
  }
  return launchKernel(stream, function, gridX, blockX, sharedBytes, parameters);
}

}  // extern "C"

}  // namespace standin
