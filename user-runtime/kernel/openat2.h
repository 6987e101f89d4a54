#pragma once
// openat2(2), which glibc 2.36 does not wrap.

#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>

#include "base/error.h"

namespace cubby {

// What went wrong; a kernel without the call is told from a file that is not there.
inline Error open_error(int why, const char* path) noexcept {
    return why == ENOSYS
               ? make_error(Code::unsupported,
                            "open %s: this kernel has no openat2, which Linux 5.6 brought, or a filter hides it", path)
               : sys_error(why, "open %s", path);
}

// EAGAIN means that a rename or mount raced with a ".." inside the path: retried for at most 2 ms (openat2(2)).
inline int openat2_retry(int dir, const char* path, uint64_t flags, uint64_t mode, uint64_t resolve) noexcept {
    open_how how{};
    how.flags = flags;
    how.mode = mode;
    how.resolve = resolve;
    timespec start{};
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (;;) {
        const auto fd = static_cast<int>(syscall(SYS_openat2, dir, path, &how, sizeof how));
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) {
            return fd;
        }
        const int saved = errno;
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC, &now);
        if ((now.tv_sec - start.tv_sec) * 1'000'000'000L + (now.tv_nsec - start.tv_nsec) > 2'000'000L) {
            errno = saved;
            return -1;
        }
    }
}

}  // namespace cubby
