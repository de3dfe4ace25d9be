// Device and pinned memory: own address ranges that are never used twice, guard pages and red zones around each
// allocation, poison in fresh memory.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "driver.h"

namespace standin {

namespace {

constexpr std::size_t ADDRESS_SPACE = std::size_t{1} << 40;
constexpr unsigned char RED_ZONE = 0xFD;

std::size_t pageSize() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

std::size_t roundUp(std::size_t value, std::size_t unit) { return (value + unit - 1) / unit * unit; }

unsigned char* bytesAt(Address address) { return reinterpret_cast<unsigned char*>(address); }

// Up to a page's end everything behind an allocation is red.
std::size_t redBytes(std::size_t bytes) { return roundUp(bytes, pageSize()) - bytes; }

bool redZoneIntact(Address address, std::size_t bytes) {
  const unsigned char* red = bytesAt(address + bytes);
  for (std::size_t i = 0; i < redBytes(bytes); i++) {
    if (red[i] != RED_ZONE) return false;
  }
  return true;
}

std::string hex(Address address) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(address));
  return text;
}

// The allocation at or before an address, if the address lies within it.
std::map<Address, Allocation>::iterator holding(std::map<Address, Allocation>& memory, Address address) {
  auto after = memory.upper_bound(address);
  if (after == memory.begin()) return memory.end();
  auto found = std::prev(after);
  return address < found->first + found->second.bytes ? found : memory.end();
}

bool reserve(Device& device) {
  if (device.base != 0) return true;
  void* range = mmap(nullptr, ADDRESS_SPACE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) return false;
  device.base = reinterpret_cast<Address>(range);
  device.next = device.base + pageSize();
  return true;
}

}  // namespace

bool isDeviceAddress(Address address) {
  for (const Device& device : driver().devices) {
    if (device.base != 0 && address >= device.base && address < device.base + ADDRESS_SPACE) return true;
  }
  return false;
}

Result allocateDevice(int index, std::size_t bytes, Address* address) {
  Driver& d = driver();
  Device& device = d.devices[index];
  if (bytes == 0) return violation("cuMemAlloc of no bytes", INVALID_VALUE);
  d.allocations++;
  if (d.allocations == d.settings.failingAllocation) return OUT_OF_MEMORY;
  if (device.used + bytes > d.settings.memory) return OUT_OF_MEMORY;
  std::size_t mapped = roundUp(bytes, pageSize());
  if (!reserve(device) || device.next + mapped + pageSize() > device.base + ADDRESS_SPACE) return OUT_OF_MEMORY;
  if (mprotect(bytesAt(device.next), mapped, PROT_READ | PROT_WRITE) != 0) return OUT_OF_MEMORY;
  *address = device.next;
  device.next += mapped + pageSize();
  std::memset(bytesAt(*address), DEVICE_POISON, bytes);
  std::memset(bytesAt(*address + bytes), RED_ZONE, redBytes(bytes));
  Allocation allocation;
  allocation.bytes = bytes;
  allocation.device = index;
  d.deviceMemory[*address] = allocation;
  device.used += bytes;
  device.peak = std::max(device.peak, device.used);
  return SUCCESS;
}

Result freeDevice(int index, Address address) {
  Driver& d = driver();
  auto found = d.deviceMemory.find(address);
  if (found == d.deviceMemory.end()) {
    bool before = d.freedMemory.count(address) > 0;
    return violation(std::string(before ? "double free" : "free of what was never allocated") + " at " + hex(address),
                     INVALID_VALUE);
  }
  const Allocation& allocation = found->second;
  if (allocation.device != index) violation("freed in another device's context", INVALID_CONTEXT);
  if (allocation.pending > 0) violation("freed while queued work uses it: " + hex(address), INVALID_VALUE);
  if (!redZoneIntact(address, allocation.bytes)) violation("written behind the end of " + hex(address), ILLEGAL_ADDRESS);
  std::size_t mapped = roundUp(allocation.bytes, pageSize());
  if (allocation.pending == 0) {
    mmap(bytesAt(address), mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  }
  d.devices[allocation.device].used -= allocation.bytes;
  d.freedMemory[address] = allocation.bytes;
  d.deviceMemory.erase(found);
  return SUCCESS;
}

Result allocateHost(std::size_t bytes, void** address) {
  Driver& d = driver();
  if (bytes == 0) return violation("cuMemHostAlloc of no bytes", INVALID_VALUE);
  std::size_t mapped = roundUp(bytes, pageSize());
  void* memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return OUT_OF_MEMORY;
  *address = memory;
  Address start = reinterpret_cast<Address>(memory);
  std::memset(memory, HOST_POISON, bytes);
  std::memset(bytesAt(start + bytes), RED_ZONE, redBytes(bytes));
  d.hostMemory[start].bytes = bytes;
  d.hostUsed += bytes;
  d.hostPeak = std::max(d.hostPeak, d.hostUsed);
  return SUCCESS;
}

Result freeHost(void* address) {
  Driver& d = driver();
  Address start = reinterpret_cast<Address>(address);
  auto found = d.hostMemory.find(start);
  if (found == d.hostMemory.end()) return violation("free of pinned memory that is not allocated", INVALID_VALUE);
  if (found->second.pending > 0) violation("pinned memory freed while a copy is queued", INVALID_VALUE);
  if (!redZoneIntact(start, found->second.bytes)) violation("written behind the end of pinned memory", ILLEGAL_ADDRESS);
  d.hostUsed -= found->second.bytes;
  if (found->second.pending == 0) munmap(address, roundUp(found->second.bytes, pageSize()));
  d.hostMemory.erase(found);
  return SUCCESS;
}

Allocation* deviceRange(const std::string& what, int device, Address address, std::size_t bytes, Address* start) {
  Driver& d = driver();
  auto found = holding(d.deviceMemory, address);
  if (found == d.deviceMemory.end()) {
    auto freed = d.freedMemory.upper_bound(address);
    bool wasFreed = freed != d.freedMemory.begin() && address < std::prev(freed)->first + std::prev(freed)->second;
    violation(what + (wasFreed ? " uses freed memory" : " uses an address that is not the device's"), INVALID_VALUE);
    return nullptr;
  }
  if (address + bytes > found->first + found->second.bytes) {
    violation(what + " of " + std::to_string(bytes) + " bytes runs past the end of an allocation of " +
                  std::to_string(found->second.bytes),
              INVALID_VALUE);
    return nullptr;
  }
  if (found->second.device != device) {
    violation(what + " uses another device's memory", INVALID_VALUE);
    return nullptr;
  }
  *start = found->first;
  return &found->second;
}

Allocation* hostRange(const void* address, std::size_t bytes, Address* start) {
  Driver& d = driver();
  Address first = reinterpret_cast<Address>(address);
  auto found = holding(d.hostMemory, first);
  if (found == d.hostMemory.end() || first + bytes > found->first + found->second.bytes) return nullptr;
  *start = found->first;
  return &found->second;
}

void checkRedZones(const std::string& when) {
  for (const auto& [address, allocation] : driver().deviceMemory) {
    if (redZoneIntact(address, allocation.bytes)) continue;
    violation(when + " wrote behind the end of " + hex(address), ILLEGAL_ADDRESS);
    std::memset(bytesAt(address + allocation.bytes), RED_ZONE, redBytes(allocation.bytes));
  }
}

}  // namespace standin
