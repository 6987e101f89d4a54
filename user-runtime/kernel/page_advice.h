#pragma once
// madvise(2) with MADV_POPULATE_*, for code that may run before the C library is set up; and what the entry of the program
// leaves for later (prefault.h, program_entry.cpp).

#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstdint>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

namespace cubby {

inline constexpr uintptr_t kPage = 4096;  // what is left out, or named twice, on other sizes does no harm

struct AddressRange {
    uintptr_t first = 0;
    uintptr_t end = 0;
};

// Set by the program's entry; 0 in a program that is linked without it.
extern uintptr_t heap_start;
extern AddressRange child_code;

// Without the C library, which is not set up when the program is entered.
[[gnu::always_inline]] inline long advice_call(long number, uintptr_t a, uintptr_t b, long c) noexcept {
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
    advice_call(SYS_madvise, first, ((end + kPage - 1) & ~(kPage - 1)) - first, advice);
}

}  // namespace cubby
