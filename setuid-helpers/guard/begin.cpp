// The entry point: sets up what the compiler's stack protector needs, and calls the program.

#include <asm/unistd.h>
#include <linux/auxvec.h>

#include "setuid-helpers/guard/program.h"
#include "setuid-helpers/guard/system_calls.h"

namespace {

using cubby::guard::call;
using cubby::guard::word;

[[noreturn]] void leave(int status) noexcept {
    for (;;) {
        call(__NR_exit_group, status);
    }
}

constexpr size_t kMaxArguments = size_t{64} * 1024;  // bytes of all arguments together
constexpr int kUsage = 64;

size_t bytes_of(char* const* arguments, size_t count) noexcept {
    size_t bytes = 0;
    for (size_t at = 0; at < count && bytes <= kMaxArguments; ++at) {
        for (const char* byte = arguments[at]; bytes <= kMaxArguments && *byte != '\0'; ++byte) {
            ++bytes;
        }
        ++bytes;
    }
    return bytes;
}

// The compiler reads the canary 40 bytes behind the thread pointer: so the System V ABI has it on x86_64, and on aarch64 the
// build asks for it.
unsigned long thread_block[8];
[[gnu::no_stack_protector]] void set_canary(unsigned long value) noexcept {
    thread_block[5] = value;
#if defined(__x86_64__)
    constexpr long kSetFs = 0x1002;  // ARCH_SET_FS, arch_prctl(2)
    call(__NR_arch_prctl, kSetFs, word(thread_block));
#elif defined(__aarch64__)
    asm volatile("msr tpidr_el0, %0" : : "r"(thread_block));
#endif
}

}  // namespace

extern "C" {

[[noreturn]] void __stack_chk_fail() { leave(70); }  // NOLINT(bugprone-reserved-identifier): the compiler calls it so

// What the compiler may ask for where there is no C library.
void* memcpy(void* to, const void* from, size_t count) {
    for (size_t at = 0; at < count; ++at) {
        static_cast<volatile char*>(to)[at] = static_cast<const char*>(from)[at];
    }
    return to;
}
void* memset(void* to, int value, size_t count) {
    for (size_t at = 0; at < count; ++at) {
        static_cast<volatile char*>(to)[at] = static_cast<char>(value);
    }
    return to;
}

// The stack as the kernel leaves it: argc, argv, NULL, environment, NULL, auxiliary vector (System V ABI).
[[noreturn]] [[gnu::no_stack_protector]] [[gnu::used]] void cubby_guard_begin(long* stack) {
    const auto argc = static_cast<size_t>(stack[0]);
    auto* const argv = reinterpret_cast<char**>(stack + 1);
    char** after = argv + argc + 1;
    while (*after != nullptr) {  // the environment is stepped over, and never read
        ++after;
    }
    for (auto* entry = reinterpret_cast<unsigned long*>(after + 1); entry[0] != AT_NULL; entry += 2) {
        if (entry[0] == AT_RANDOM) {
            set_canary(*reinterpret_cast<unsigned long*>(entry[1]) & ~0xffUL);  // a NUL byte ends strings
        }
    }
    if (argc < 1 || bytes_of(argv + 1, argc - 1) > kMaxArguments) {
        leave(kUsage);
    }
    leave(cubby::guard::program(argv + 1, argc - 1));
}

}  // extern "C"

#if defined(__x86_64__)
asm(".globl _start\n_start: endbr64\n xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call cubby_guard_begin\n");
#elif defined(__aarch64__)
asm(".globl _start\n_start: mov x29,#0\n mov x30,#0\n mov x0,sp\n bl cubby_guard_begin\n");
#endif
