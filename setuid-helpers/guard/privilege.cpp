// Down to the capabilities that are needed, for good (capabilities(7), credentials(7)).

#include <asm/unistd.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "setuid-helpers/guard/program.h"
#include "setuid-helpers/guard/system_calls.h"

namespace cubby::guard {
namespace {

struct Ids {
    uint32_t real = 1;  // unlike each other, should they not be read
    uint32_t effective = 2;
    uint32_t saved = 3;
    [[nodiscard]] bool all_real() const noexcept { return effective == real && saved == real; }
};

Ids read_ids(long number) noexcept {
    Ids ids;
    call(number, word(&ids.real), word(&ids.effective), word(&ids.saved));
    return ids;
}

struct Sets {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    [[nodiscard]] uint64_t permitted() const noexcept { return data[0].permitted | uint64_t{data[1].permitted} << 32; }
    bool read() noexcept { return call(__NR_capget, word(&header), word(data)) == 0; }
    bool write() noexcept { return call(__NR_capset, word(&header), word(data)) == 0; }
    [[nodiscard]] bool are(uint64_t wanted) const noexcept {
        bool same = true;
        for (unsigned half = 0; half < 2; ++half) {
            const auto bits = static_cast<uint32_t>(wanted >> (32 * half));
            same = same && data[half].permitted == bits && data[half].effective == bits && data[half].inheritable == 0;
        }
        return same;
    }
};

// Installed set-user-ID instead of with file capabilities: the ids of the caller come back, the capabilities stay.
bool become_caller(Ids user, Ids group) noexcept {
    call(__NR_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
    const long gid = group.real;
    const long uid = user.real;
    return call(__NR_setresgid, gid, gid, gid) == 0 && call(__NR_setresuid, uid, uid, uid) == 0;
}

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#endif

constexpr uint32_t kAllowed[] = {__NR_read,       __NR_write,     __NR_close, __NR_openat, __NR_openat2,
                                 __NR_fstat,      __NR_fstatfs,   __NR_ioctl, __NR_ppoll,  __NR_pidfd_send_signal,
                                 __NR_readlinkat, __NR_exit_group};
constexpr size_t kCalls = sizeof kAllowed / sizeof kAllowed[0];

struct Filter {
    static constexpr size_t kSize = kCalls + 6;
    sock_filter code[kSize]{};
};

constexpr Filter make_filter() noexcept {
    Filter filter;
    size_t at = 0;
    const auto add = [&](unsigned code, uint32_t k, size_t yes, size_t no) {
        filter.code[at++] = {static_cast<uint16_t>(code), static_cast<uint8_t>(yes), static_cast<uint8_t>(no), k};
    };
    add(BPF_LD | BPF_W | BPF_ABS, __builtin_offsetof(seccomp_data, arch), 0, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0);
    add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    add(BPF_LD | BPF_W | BPF_ABS, __builtin_offsetof(seccomp_data, nr), 0, 0);
    for (size_t left = kCalls; left > 0; --left) {
        add(BPF_JMP | BPF_JEQ | BPF_K, kAllowed[kCalls - left], left, 0);
    }
    add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    return filter;
}

}  // namespace

bool keep_only(uint64_t needed, Caller& caller) noexcept {
    const Ids user = read_ids(__NR_getresuid);
    const Ids group = read_ids(__NR_getresgid);
    if (!(user.all_real() && group.all_real()) && !become_caller(user, group)) {
        return false;
    }
    // After the change of ids, which sets it anew (fs.suid_dumpable, proc_sys_fs(5)).
    call(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    Sets sets;
    if (!sets.read()) {
        return false;
    }
    const uint64_t kept = sets.permitted() & needed;
    for (unsigned half = 0; half < 2; ++half) {
        const auto bits = static_cast<uint32_t>(kept >> (32 * half));
        sets.data[half] = {bits, bits, 0};  // nothing inheritable, and so nothing ambient (capabilities(7))
    }
    const bool given_up = sets.write() && call(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    // What the kernel says now is what counts.
    Sets after;
    if (!given_up || !after.read() || !after.are(kept) || !read_ids(__NR_getresuid).all_real() ||
        !read_ids(__NR_getresgid).all_real() || call(__NR_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return false;
    }
    caller = {user.real, group.real, kept == needed};
    return true;
}

bool allow_few_calls() noexcept {
    static constexpr Filter kFilter = make_filter();
    const sock_fprog program{Filter::kSize, const_cast<sock_filter*>(kFilter.code)};
    return call(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, word(&program)) == 0;
}

}  // namespace cubby::guard
