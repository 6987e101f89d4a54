#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstdint>

#include "kernel/page_advice.h"

// The program's first bytes in memory, from the linker; programs that are position independent have it beside them.
extern "C" [[gnu::visibility("hidden")]] const ElfW(Ehdr)
    __ehdr_start;  // NOLINT(bugprone-reserved-identifier): the linker's name

// What a start of a container runs, put side by side by cli/start_path.ld.
extern "C" {
[[gnu::visibility("hidden")]] extern const char cubby_start_path[];
[[gnu::visibility("hidden")]] extern const char cubby_start_path_of_child[];
[[gnu::visibility("hidden")]] extern const char cubby_start_path_end[];
}

namespace {

[[gnu::always_inline]] inline uintptr_t address(const void* place) noexcept {
    return reinterpret_cast<uintptr_t>(place);
}

// All but the code: most of that is other commands'.
[[gnu::always_inline]] inline void populate_image() noexcept {
    const uintptr_t base = address(&__ehdr_start);
    const auto* segment = reinterpret_cast<const ElfW(Phdr)*>(base + __ehdr_start.e_phoff);
    for (unsigned at = 0; at < __ehdr_start.e_phnum; ++at, ++segment) {
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X) == 0) {
            const bool writable = (segment->p_flags & PF_W) != 0;
            const uintptr_t first = base + segment->p_vaddr;
            cubby::populate(first, first + segment->p_memsz, writable ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
        }
    }
    cubby::populate(address(cubby_start_path), address(cubby_start_path_end), MADV_POPULATE_READ);
}

}  // namespace

// Before the C library relocates the program: no relocated pointer, no thread-local, no canary may be used here.
extern "C" [[gnu::no_stack_protector]] [[gnu::used]] [[gnu::visibility("hidden")]] void
cubby_prefault_image() noexcept {
    populate_image();
    cubby::heap_start = static_cast<uintptr_t>(cubby::advice_call(SYS_brk, 0, 0, 0));
    cubby::child_code = {address(cubby_start_path_of_child), address(cubby_start_path_end)};
}

#if defined(__x86_64__)
// rdx is for _start (System V ABI, process initialization); the stack is aligned as a function expects it.
asm(".globl cubby_enter\n.hidden cubby_enter\ncubby_enter: endbr64\n push %rdx\n sub $8,%rsp\n"
    " call cubby_prefault_image\n add $8,%rsp\n pop %rdx\n jmp _start\n");
#elif defined(__aarch64__)
asm(".globl cubby_enter\n.hidden cubby_enter\ncubby_enter: stp x0,x30,[sp,#-16]!\n bl cubby_prefault_image\n"
    " ldp x0,x30,[sp],#16\n b _start\n");
#endif
