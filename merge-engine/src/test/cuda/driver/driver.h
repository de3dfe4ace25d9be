// A stand-in for the CUDA driver on machines without a GPU. It keeps what a driver keeps (devices, allocations,
// streams, events), runs queued work in stream order on threads, and writes down every misuse it sees.
//
// Work is lazy: it runs when somebody waits for it, not before. So a host that reads a result too early finds
// poison every time, and one that overwrites a buffer too early is caught every time.
//
// Everything is guarded by one mutex, except while a piece of work runs.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace standin {

using Address = std::uint64_t;

// The driver's own numbers.
enum Result : int {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
  LAUNCH_FAILED = 719,
};

struct Stream;

// How far each stream's work is known to be finished before something starts.
using Clock = std::map<const Stream*, std::uint64_t>;

// A point in a stream's work.
struct Marker {
  Stream* stream = nullptr;
  std::uint64_t sequence = 0;
  Clock clock;
  bool done = false;
  std::int64_t nanoseconds = 0;
};

struct Event {
  int device = 0;
  std::shared_ptr<Marker> marker;
};

// One allocation, of a device or of pinned host memory.
struct Allocation {
  std::size_t bytes = 0;
  int device = -1;
  int pending = 0;
  // Queued copies from a device into this memory of the host.
  int arriving = 0;
  const Stream* writer = nullptr;
  std::uint64_t written = 0;
  Clock readers;
};

// What a piece of work does to an allocation.
struct Use {
  Address allocation = 0;
  bool writes = false;
};

struct Work {
  std::string what;
  std::uint64_t sequence = 0;
  std::vector<Use> uses;
  std::shared_ptr<Marker> waitsFor;
  std::shared_ptr<Marker> marks;
  std::function<void()> run;
};

struct Stream {
  int number = 0;
  int device = 0;
  std::deque<Work> queue;
  std::uint64_t issued = 0;
  std::uint64_t done = 0;
  std::uint64_t demanded = 0;
  bool closing = false;
  Clock seen;
  std::thread thread;
};

struct Device {
  Address base = 0;
  Address next = 0;
  std::size_t used = 0;
  std::size_t peak = 0;
  int retained = 0;
};

struct Settings {
  int devices = 1;
  std::size_t memory = std::size_t{1} << 30;
  std::size_t claimedMemory = 0;
  long failingAllocation = 0;
  bool eager = false;
  std::string kernels;
  std::string report;
};

struct Driver {
  std::mutex mutex;
  std::condition_variable changed;
  Settings settings;
  bool initialised = false;
  // What every wait answers with once a kernel has failed.
  Result failure = SUCCESS;
  std::vector<Device> devices;
  std::map<Address, Allocation> deviceMemory;
  std::map<Address, std::size_t> freedMemory;
  std::map<Address, Allocation> hostMemory;
  std::set<Stream*> streams;
  std::set<Event*> events;
  std::set<void*> modules;
  int streamNumbers = 0;
  long allocations = 0;
  long pageableCopies = 0;
  std::size_t hostUsed = 0;
  std::size_t hostPeak = 0;
  std::map<std::string, long> calls;
  std::map<std::string, long> launches;
  std::vector<std::string> violations;
};

// The one driver of the process; never destroyed, since threads may outlive the end of main.
Driver& driver();

using Lock = std::unique_lock<std::mutex>;

// Writes a misuse down; returns the code that the call answers with.
Result violation(const std::string& text, Result code);

// memory.cpp
constexpr unsigned char DEVICE_POISON = 0xCB;
constexpr unsigned char HOST_POISON = 0xB5;
Result allocateDevice(int device, std::size_t bytes, Address* address);
Result freeDevice(int device, Address address);
Result allocateHost(std::size_t bytes, void** address);
Result freeHost(void* address);
// The live allocation that holds a range; null, with a violation, where there is none.
Allocation* deviceRange(const std::string& what, int device, Address address, std::size_t bytes, Address* start);
Allocation* hostRange(const void* address, std::size_t bytes, Address* start);
bool isDeviceAddress(Address address);
void checkRedZones(const std::string& when);

// streams.cpp
Stream* openStream(int device);
Result closeStream(Stream* stream);
Result enqueue(Stream* stream, Work work);
Result waitFor(Lock& lock, const std::shared_ptr<Marker>& marker);
std::shared_ptr<Marker> lastOf(Stream* stream);
void demand(Stream* stream, std::uint64_t sequence);

// kernels.cpp
Result loadModule(const void* image, void** module);
Result findKernel(const char* name, void** function);
Result launchKernel(Stream* stream, void* function, unsigned grid, unsigned block, unsigned sharedBytes,
                    void** parameters);

// report.cpp
Settings settingsOfEnvironment();
void writeReport();

}  // namespace standin
