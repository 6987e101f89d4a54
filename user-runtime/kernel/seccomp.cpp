#include "kernel/seccomp.h"

#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace cubby {

Status load_seccomp(const sock_filter* program, size_t length) noexcept {
    if (length == 0 || length > BPF_MAXINSNS) {
        return FAIL(Code::invalid_config, "seccomp filter of %zu instructions", length);
    }
    // The kernel does not write to the program; the struct has no const (linux/filter.h).
    const sock_fprog filter{static_cast<unsigned short>(length), const_cast<sock_filter*>(program)};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) {
        return FAIL_ERRNO("load seccomp filter");
    }
    return {};
}

}  // namespace cubby
