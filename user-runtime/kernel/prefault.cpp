#include "kernel/prefault.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "kernel/page_advice.h"

namespace cubby {

constinit uintptr_t heap_start = 0;
constinit AddressRange child_code{};

void prefault_heap() noexcept {
    if (heap_start != 0) {
        populate(heap_start, static_cast<uintptr_t>(advice_call(SYS_brk, 0, 0, 0)), MADV_POPULATE_WRITE);
    }
}

void prefault_copy() noexcept {
    if (heap_start == 0) {
        return;
    }
    populate(child_code.first, child_code.end, MADV_POPULATE_READ);
    constexpr uintptr_t kStack = 8 * kPage;
    const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
    populate(here - kStack / 2, here + kStack / 2, MADV_POPULATE_WRITE);
}

}  // namespace cubby
