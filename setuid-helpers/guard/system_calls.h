#pragma once
// System calls without a C library, for programs that must not carry one: the privileged ones, in which nothing may look at
// the caller's environment, and cubby-init, which is copied and sealed at every start and so wants to be a few kilobytes.
// Results are the kernel's: negative errno on failure.

#include <cstddef>
#include <cstdint>

namespace cubby::guard {

#if defined(__x86_64__)
[[gnu::always_inline]] inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0,
                                        long e = 0) noexcept {
    long result = number;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    asm volatile("syscall" : "+a"(result) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
[[gnu::always_inline]] inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0,
                                        long e = 0) noexcept {
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
}
#else
#error "no system call stub for this architecture yet"
#endif

[[gnu::always_inline]] inline long call(long number, const void* a, long b = 0, long c = 0, long d = 0) noexcept {
    return call(number, reinterpret_cast<long>(a), b, c, d);
}

// A pointer as an argument further behind.
[[gnu::always_inline]] inline long word(const void* pointer) noexcept { return reinterpret_cast<long>(pointer); }

}  // namespace cubby::guard
