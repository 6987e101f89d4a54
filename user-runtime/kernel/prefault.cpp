#include "kernel/prefault.h"

#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

// The program's first bytes in memory, from the linker; programs that are position independent have it beside them.
extern "C" [[gnu::visibility("hidden")]] const ElfW(Ehdr)
    __ehdr_start;  // NOLINT(bugprone-reserved-identifier): the linker's name

namespace {

constexpr uintptr_t kPage = 4096;  // what is left out, or named twice, on other sizes does no harm
constexpr uintptr_t kStack = 8 * kPage;
uintptr_t heap_start = 0;

// Without the C library, which is not set up when the program is entered.
[[gnu::always_inline]] inline long call(long number, uintptr_t a, uintptr_t b, long c) noexcept {
#if defined(__x86_64__)
    long result = number;
    asm volatile("syscall" : "+a"(result) : "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 asm("x8") = number;
    register uintptr_t x0 asm("x0") = a;
    register uintptr_t x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return static_cast<long>(x0);
#else
#error "how this processor makes a system call"
#endif
}

[[gnu::always_inline]] inline void populate(uintptr_t first, uintptr_t end, long advice) noexcept {
    first &= ~(kPage - 1);
    call(SYS_madvise, first, ((end + kPage - 1) & ~(kPage - 1)) - first, advice);
}

[[gnu::always_inline]] inline void populate_image() noexcept {
    const auto base = reinterpret_cast<uintptr_t>(&__ehdr_start);
    const auto* segment = reinterpret_cast<const ElfW(Phdr)*>(base + __ehdr_start.e_phoff);
    for (unsigned at = 0; at < __ehdr_start.e_phnum; ++at, ++segment) {
        if (segment->p_type == PT_LOAD) {
            const bool writable = (segment->p_flags & PF_W) != 0;
            const uintptr_t first = base + segment->p_vaddr;
            populate(first, first + segment->p_memsz, writable ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
        }
    }
}

}  // namespace

// Before the C library relocates the program: no relocated pointer, no thread-local, no canary may be used here.
extern "C" [[gnu::no_stack_protector]] [[gnu::used]] [[gnu::visibility("hidden")]] void
cubby_prefault_image() noexcept {
    populate_image();
    heap_start = static_cast<uintptr_t>(call(SYS_brk, 0, 0, 0));
}

#if defined(__x86_64__)
// rdx is for _start (System V ABI, process initialization); the stack is aligned as a function expects it.
asm(".globl cubby_enter\n.hidden cubby_enter\ncubby_enter: endbr64\n push %rdx\n sub $8,%rsp\n"
    " call cubby_prefault_image\n add $8,%rsp\n pop %rdx\n jmp _start\n");
#elif defined(__aarch64__)
asm(".globl cubby_enter\n.hidden cubby_enter\ncubby_enter: stp x0,x30,[sp,#-16]!\n bl cubby_prefault_image\n"
    " ldp x0,x30,[sp],#16\n b _start\n");
#endif

namespace cubby {

void prefault_heap() noexcept {
    if (heap_start != 0) {
        populate(heap_start, static_cast<uintptr_t>(call(SYS_brk, 0, 0, 0)), MADV_POPULATE_WRITE);
    }
}

void prefault_copy() noexcept {
    if (heap_start == 0) {
        return;
    }
    prefault_heap();
    const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
    populate(here - kStack / 2, here + kStack / 2, MADV_POPULATE_WRITE);
}

}  // namespace cubby
