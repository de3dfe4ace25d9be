// Runs kernels that were compiled for this machine: mergefarm_launch is called from Java, or from a stand-in for a driver.
#ifndef MERGEFARM_WITHOUT_KERNELS
#include "../../main/cuda/kernels.cu"
#endif

#include <stdlib.h>

#include <vector>

namespace host {

thread_local Block block;

static Kernel* kernels = nullptr;

Kernel::Kernel(const char* name, Body body, size_t parameterBytes, bool barriers)
    : name(name), body(body), parameterBytes(parameterBytes), barriers(barriers), next(kernels) {
  kernels = this;
}

static const size_t STACK_BYTES = 64 << 10;
static const unsigned char POISON = 0xb7;

// The fibers of one thread of this machine, reused for all launches.
struct Fibers {
  std::vector<Fiber> all;
  std::vector<std::vector<unsigned char>> stacks;
  jmp_buf scheduler;
  ucontext_t schedulerContext;
  Body body;
  const void* parameters;
  bool started;
  bool stuck;

  void reserve(unsigned threads) {
    if (all.size() < threads) {
      all.resize(threads);
      stacks.resize(threads);
      for (auto& stack : stacks) {
        stack.resize(STACK_BYTES);
      }
    }
  }
};

static thread_local Fibers fibers;
static thread_local bool backwards = false;
static thread_local bool mayWait = false;

static void enter() {
  fibers.body(fibers.parameters);
  block.current->wait = Wait::DONE;
  _longjmp(fibers.scheduler, 1);
}

static void resume(Fiber& fiber) {
  block.current = &fiber;
  if (_setjmp(fibers.scheduler) != 0) {
    return;
  }
  if (fiber.started) {
    _longjmp(fiber.place, 1);
  }
  fiber.started = true;
  size_t index = &fiber - fibers.all.data();
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fibers.stacks[index].data();
  fiber.context.uc_stack.ss_size = STACK_BYTES;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, enter, 0);
  setcontext(&fiber.context);
}

void wait(Wait what) {
  if (!mayWait) {
    abort();  // the kernel is not declared as one with barriers
  }
  Fiber& fiber = *block.current;
  fiber.wait = what;
  if (_setjmp(fiber.place) == 0) {
    _longjmp(fibers.scheduler, 1);
  }
}

static Fiber* warp() { return block.fibers + block.current->index.x / 32 * 32; }

uint64_t exchange(uint64_t given, unsigned lane) {
  block.current->exchanged = given;
  wait(Wait::WARP);
  uint64_t taken = warp()[lane].exchanged;
  wait(Wait::WARP);
  return taken;
}

void exchangeAll(uint64_t given, uint64_t* ofLanes) {
  block.current->exchanged = given;
  wait(Wait::WARP);
  for (unsigned lane = 0; lane < 32; lane++) {
    ofLanes[lane] = warp()[lane].exchanged;
  }
  wait(Wait::WARP);
}

// Lets threads go on that wait for a warp whose threads have all come, or for the block. A thread that has ended is not
// waited for by the block, as on a device, but a warp must be whole.
static bool release() {
  unsigned threads = block.threads.x;
  bool released = false;
  for (unsigned first = 0; first < threads; first += 32) {
    bool all = true;
    for (unsigned lane = 0; lane < 32; lane++) {
      all &= block.fibers[first + lane].wait == Wait::WARP;
    }
    for (unsigned lane = 0; all && lane < 32; lane++) {
      block.fibers[first + lane].wait = Wait::NOTHING;
    }
    released |= all;
  }
  if (released) {
    return true;
  }
  bool all = true;
  for (unsigned i = 0; i < threads; i++) {
    all &= block.fibers[i].wait == Wait::BLOCK || block.fibers[i].wait == Wait::DONE;
  }
  for (unsigned i = 0; all && i < threads; i++) {
    if (block.fibers[i].wait == Wait::BLOCK) {
      block.fibers[i].wait = Wait::NOTHING;
      released = true;
    }
  }
  return released;
}

static void runWithBarriers() {
  unsigned threads = block.threads.x;
  bool finished = false;
  while (!finished) {
    for (unsigned i = 0; i < threads; i++) {
      Fiber& fiber = block.fibers[backwards ? threads - 1 - i : i];
      if (fiber.wait == Wait::NOTHING) {
        resume(fiber);
      }
    }
    finished = true;
    for (unsigned i = 0; i < threads; i++) {
      finished &= block.fibers[i].wait == Wait::DONE;
    }
    if (!finished && !release()) {
      fibers.stuck = true;
      return;
    }
  }
}

static void runBlock(const Kernel& kernel) {
  for (unsigned i = 0; i < block.threads.x; i++) {
    Fiber& fiber = block.fibers[i];
    fiber.index.x = i;
    fiber.wait = Wait::NOTHING;
    fiber.started = false;
  }
  if (kernel.barriers) {
    runWithBarriers();
    return;
  }
  for (unsigned i = 0; i < block.threads.x; i++) {
    block.current = &block.fibers[backwards ? block.threads.x - 1 - i : i];
    kernel.body(fibers.parameters);
  }
}

}  // namespace host

// Runs a kernel. The order of threads is forwards or backwards, which shows where a barrier is missing. Gives 0, or 1 for
// an unknown kernel and 2 where threads wait for ever.
extern "C" int mergefarm_launch(
    const char* name, unsigned blocks, unsigned threads, unsigned sharedBytes, const void* parameters, int backwards) {
  for (host::Kernel* kernel = host::kernels; kernel != nullptr; kernel = kernel->next) {
    if (strcmp(kernel->name, name) != 0) {
      continue;
    }
    std::vector<unsigned char> copied(
        static_cast<const unsigned char*>(parameters),
        static_cast<const unsigned char*>(parameters) + kernel->parameterBytes);
    std::vector<unsigned char> shared(sharedBytes + 1);
    host::fibers.reserve(threads);
    host::fibers.body = kernel->body;
    host::fibers.parameters = copied.data();
    host::fibers.stuck = false;
    host::backwards = backwards != 0;
    host::mayWait = kernel->barriers;
    host::block.threads.x = threads;
    host::block.blocks.x = blocks;
    host::block.fibers = host::fibers.all.data();
    host::block.shared = shared.data();
    for (unsigned i = 0; i < blocks && !host::fibers.stuck; i++) {
      memset(shared.data(), host::POISON, shared.size());
      host::block.index.x = backwards ? blocks - 1 - i : i;
      host::runBlock(*kernel);
    }
    return host::fibers.stuck ? 2 : 0;
  }
  return 1;
}

// Length of a kernel's parameter structure, or -1 for an unknown kernel.
extern "C" int mergefarm_parameter_bytes(const char* name) {
  for (host::Kernel* kernel = host::kernels; kernel != nullptr; kernel = kernel->next) {
    if (strcmp(kernel->name, name) == 0) {
      return static_cast<int>(kernel->parameterBytes);
    }
  }
  return -1;
}
