#pragma once
// The part of classic BPF that seccomp filters are made of, run by hand: what a filter answers to a system call.

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace cubby::security::test {

#if defined(__x86_64__)
inline constexpr uint32_t kNativeArch = AUDIT_ARCH_X86_64;
inline constexpr uint32_t kCompatArch = AUDIT_ARCH_I386;
#elif defined(__aarch64__)
inline constexpr uint32_t kNativeArch = AUDIT_ARCH_AARCH64;
inline constexpr uint32_t kCompatArch = AUDIT_ARCH_ARM;
#endif

inline bool holds(const sock_filter& jump, uint32_t accumulator) {
    switch (BPF_OP(jump.code)) {
        case BPF_JEQ: return accumulator == jump.k;
        case BPF_JGT: return accumulator > jump.k;
        case BPF_JGE: return accumulator >= jump.k;
        case BPF_JSET: return (accumulator & jump.k) != 0;
        default: return false;
    }
}

// The SECCOMP_RET_* value; nothing for a program that is none.
inline std::optional<uint32_t> answer_of(std::span<const sock_filter> program, const seccomp_data& data) {
    uint32_t accumulator = 0;
    for (size_t at = 0; at < program.size(); ++at) {
        const sock_filter& one = program[at];
        if (one.code == (BPF_LD | BPF_W | BPF_ABS) && one.k <= sizeof data - 4 && one.k % 4 == 0) {
            memcpy(&accumulator, reinterpret_cast<const char*>(&data) + one.k, sizeof accumulator);
        } else if (one.code == (BPF_ALU | BPF_AND | BPF_K)) {
            accumulator &= one.k;
        } else if (one.code == (BPF_JMP | BPF_JA)) {
            at += one.k;
        } else if (BPF_CLASS(one.code) == BPF_JMP && BPF_SRC(one.code) == BPF_K) {
            at += holds(one, accumulator) ? one.jt : one.jf;
        } else if (one.code == (BPF_RET | BPF_K)) {
            return one.k;
        } else {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace cubby::security::test
