#include "launch/remount.h"

#include <sched.h>

#include <cerrno>

#include "kernel/mount_fd.h"

namespace cubby::launch {
namespace {

constexpr uint64_t kPlain = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

Status cover(const char* path, const char* type) noexcept {
    auto covered = cover_directory(path, type, kPlain);
    if (!covered && covered.error().sys_errno == EPERM) {
        return std::unexpected(prefixed(covered.error(),
                                        "%s: parts of this host's are covered, so that the kernel makes no fresh one, "
                                        "or its namespace is another container's",
                                        path));
    }
    return covered;
}

}  // namespace

Status remount_proc_sys(NsSet entered) noexcept {
    if (unshare(CLONE_NEWNS) != 0) {
        return FAIL_ERRNO("make a mount namespace");
    }
    if (entered.has(Ns::pid)) {
        TRY(cover("/proc", "proc"));
    }
    return entered.has(Ns::net) ? cover("/sys", "sysfs") : Status{};
}

}  // namespace cubby::launch
