// What the tests can set, in the environment, and what they read at the end, as lines of name=value.
#include <cstdio>
#include <cstdlib>

#include "driver.h"

namespace standin {

namespace {

long number(const char* name, long fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtol(text, nullptr, 10);
}

std::string text(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::size_t bytesOf(const std::map<Address, Allocation>& memory) {
  std::size_t bytes = 0;
  for (const auto& entry : memory) bytes += entry.second.bytes;
  return bytes;
}

}  // namespace

Settings settingsOfEnvironment() {
  Settings settings;
  settings.devices = static_cast<int>(number("STANDIN_DEVICES", settings.devices));
  settings.memory = static_cast<std::size_t>(number("STANDIN_MEMORY", static_cast<long>(settings.memory)));
  settings.claimedMemory = static_cast<std::size_t>(number("STANDIN_CLAIMED_MEMORY", 0));
  settings.failingAllocation = number("STANDIN_FAILING_ALLOCATION", 0);
  settings.eager = number("STANDIN_EAGER", 0) != 0;
  settings.kernels = text("STANDIN_KERNELS");
  settings.report = text("STANDIN_REPORT");
  return settings;
}

void writeReport() {
  Driver& d = driver();
  Lock lock(d.mutex);
  if (d.settings.report.empty()) return;
  std::FILE* file = std::fopen(d.settings.report.c_str(), "w");
  if (file == nullptr) return;
  std::size_t queued = 0;
  for (const Stream* stream : d.streams) queued += stream->queue.size();
  int retained = 0;
  for (std::size_t i = 0; i < d.devices.size(); i++) {
    retained += d.devices[i].retained;
    std::fprintf(file, "device.%zu.peak=%zu\n", i, d.devices[i].peak);
  }
  std::fprintf(file, "leak.device.bytes=%zu\n", bytesOf(d.deviceMemory));
  std::fprintf(file, "leak.host.bytes=%zu\n", bytesOf(d.hostMemory));
  std::fprintf(file, "leak.streams=%zu\n", d.streams.size());
  std::fprintf(file, "leak.events=%zu\n", d.events.size());
  std::fprintf(file, "leak.modules=%zu\n", d.modules.size());
  std::fprintf(file, "leak.contexts=%d\n", retained);
  std::fprintf(file, "leak.work=%zu\n", queued);
  std::fprintf(file, "host.peak=%zu\n", d.hostPeak);
  std::fprintf(file, "pageable.copies=%ld\n", d.pageableCopies);
  for (const auto& [name, count] : d.calls) std::fprintf(file, "call.%s=%ld\n", name.c_str(), count);
  for (const auto& [name, count] : d.launches) std::fprintf(file, "launch.%s=%ld\n", name.c_str(), count);
  for (std::size_t i = 0; i < d.violations.size(); i++) {
    std::fprintf(file, "violation.%zu=%s\n", i, d.violations[i].c_str());
  }
  std::fclose(file);
}

}  // namespace standin
