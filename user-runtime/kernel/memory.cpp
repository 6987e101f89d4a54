#include "kernel/memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace cubby {
namespace {

struct Segment {
    uintptr_t first = 0;
    size_t length = 0;
};
struct Segments {
    std::array<Segment, 16> found{};
    size_t count = 0;
};

int collect(dl_phdr_info* object, size_t, void* context) noexcept {
    auto& segments = *static_cast<Segments*>(context);
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    for (int at = 0; at < object->dlpi_phnum && segments.count < segments.found.size(); ++at) {
        const ElfW(Phdr)& segment = object->dlpi_phdr[at];
        // A writable segment holds relocated pointers and variables: those are not copies of the file.
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) == 0) {
            const uintptr_t first = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
            segments.found[segments.count++] = {first, object->dlpi_addr + segment.p_vaddr + segment.p_memsz - first};
        }
    }
    return 0;
}

}  // namespace

// Hot: the linker puts this beside the event loop, so that what runs next is on the pages that come back first (the
// kernel maps 64 KiB around a fault).
[[gnu::hot]] void release_memory() noexcept {
    malloc_trim(0);
    Segments segments;
    dl_iterate_phdr(collect, &segments);
    for (size_t at = 0; at < segments.count; ++at) {
        madvise(reinterpret_cast<void*>(segments.found[at].first), segments.found[at].length, MADV_DONTNEED);
    }
}

}  // namespace cubby
