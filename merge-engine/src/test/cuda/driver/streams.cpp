// Streams: a queue and a thread each. Work starts when it is demanded by somebody who waits, directly or through an
// event, and its uses of memory are held against those of other streams' work: two uses of which one writes must be
// ordered by an event or by the host's waiting.
#include <algorithm>
#include <chrono>

#include "driver.h"

namespace standin {

namespace {

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Allocation* find(Address address) {
  Driver& d = driver();
  auto device = d.deviceMemory.find(address);
  if (device != d.deviceMemory.end()) return &device->second;
  auto host = d.hostMemory.find(address);
  return host != d.hostMemory.end() ? &host->second : nullptr;
}

bool ordered(const Stream* before, std::uint64_t sequence, const Stream* stream) {
  if (before == nullptr || before == stream || sequence <= before->done) return true;
  auto seen = stream->seen.find(before);
  return seen != stream->seen.end() && seen->second >= sequence;
}

void checkOrder(const Stream* stream, const Work& work, const Allocation& allocation, bool writes) {
  bool good = ordered(allocation.writer, allocation.written, stream);
  if (writes) {
    for (const auto& [reader, sequence] : allocation.readers) good = good && ordered(reader, sequence, stream);
  }
  if (!good) {
    violation(work.what + " on stream " + std::to_string(stream->number) +
                  " uses memory that queued work of another stream uses, with no event between them",
              INVALID_VALUE);
  }
}

void use(Stream* stream, const Work& work) {
  for (const Use& each : work.uses) {
    Allocation* allocation = find(each.allocation);
    if (allocation == nullptr) continue;
    checkOrder(stream, work, *allocation, each.writes);
    allocation->pending++;
    if (each.writes && allocation->device < 0) allocation->arriving++;
    if (each.writes) {
      allocation->writer = stream;
      allocation->written = work.sequence;
      allocation->readers.clear();
    } else {
      allocation->readers[stream] = work.sequence;
    }
  }
}

bool ready(const Stream* stream) {
  if (stream->queue.empty()) return false;
  return driver().settings.eager || stream->queue.front().sequence <= stream->demanded;
}

void finish(Stream* stream, const Work& work) {
  for (const Use& each : work.uses) {
    Allocation* allocation = find(each.allocation);
    if (allocation == nullptr) continue;
    allocation->pending--;
    if (each.writes && allocation->device < 0) allocation->arriving--;
  }
  if (work.marks) {
    work.marks->nanoseconds = now();
    work.marks->done = true;
  }
  stream->done = work.sequence;
}

void work(Stream* stream) {
  Driver& d = driver();
  Lock lock(d.mutex);
  while (true) {
    d.changed.wait(lock, [&] { return stream->closing || ready(stream); });
    if (stream->closing && stream->queue.empty()) return;
    if (stream->queue.empty()) continue;
    Work next = std::move(stream->queue.front());
    if (next.waitsFor) waitFor(lock, next.waitsFor);
    if (next.run) {
      lock.unlock();
      next.run();
      lock.lock();
    }
    stream->queue.pop_front();
    finish(stream, next);
    d.changed.notify_all();
  }
}

}  // namespace

Stream* openStream(int device) {
  Driver& d = driver();
  Stream* stream = new Stream();
  stream->device = device;
  stream->number = ++d.streamNumbers;
  d.streams.insert(stream);
  stream->thread = std::thread(work, stream);
  return stream;
}

Result closeStream(Stream* stream) {
  Driver& d = driver();
  Lock lock(d.mutex);
  if (d.streams.erase(stream) == 0) return violation("destroyed a stream that is not open", INVALID_HANDLE);
  if (!stream->queue.empty()) violation("destroyed a stream with queued work", INVALID_HANDLE);
  demand(stream, stream->issued);
  stream->closing = true;
  d.changed.notify_all();
  lock.unlock();
  stream->thread.join();
  return SUCCESS;
}

Result enqueue(Stream* stream, Work item) {
  Driver& d = driver();
  item.sequence = ++stream->issued;
  if (item.marks) {
    item.marks->stream = stream;
    item.marks->sequence = item.sequence;
    item.marks->clock = stream->seen;
    item.marks->clock[stream] = item.sequence;
  }
  if (item.waitsFor) {
    for (const auto& [other, sequence] : item.waitsFor->clock) {
      std::uint64_t& seen = stream->seen[other];
      seen = std::max(seen, sequence);
    }
  }
  use(stream, item);
  stream->queue.push_back(std::move(item));
  d.changed.notify_all();
  return SUCCESS;
}

void demand(Stream* stream, std::uint64_t sequence) {
  stream->demanded = std::max(stream->demanded, sequence);
  driver().changed.notify_all();
}

Result waitFor(Lock& lock, const std::shared_ptr<Marker>& marker) {
  if (!marker->done) demand(marker->stream, marker->sequence);
  driver().changed.wait(lock, [&] { return marker->done; });
  return driver().failure;
}

std::shared_ptr<Marker> lastOf(Stream* stream) {
  auto marker = std::make_shared<Marker>();
  Work item;
  item.what = "synchronisation";
  item.marks = marker;
  enqueue(stream, std::move(item));
  return marker;
}

}  // namespace standin
