// Steps that limit what a container can take of the kernel.

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "kernel/openat2.h"
#include "kernel/procfs.h"
#include "launch/child.h"

namespace cubby::launch {
namespace {

// A setting that this kernel has for the whole host only is not there, or belongs to the host's root, or is on a /proc
// that somebody outside has made read-only.
bool not_ours(int error) noexcept { return error == ENOENT || error == EACCES || error == EPERM || error == EROFS; }

Status write_setting(int directory, const Setting& setting) noexcept {
    const Fd file(openat2_retry(directory, setting.key.c_str(), O_WRONLY | O_CLOEXEC, 0,
                                RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS));
    const auto size = static_cast<ssize_t>(setting.value.size());
    if ((!file || write(file.get(), setting.value.data(), setting.value.size()) != size) && !not_ours(errno)) {
        return FAIL_ERRNO("cubby.limit: write %s to /proc/sys/%s", setting.value.c_str(), setting.key.c_str());
    }
    return {};
}

}  // namespace

Status run(const OpenSettingsStep& step, ChildState& state) noexcept {
    if (step.proc == kNoSlot) {
        // The mounts are another container's, where it is covered by a read-only copy (EXDEV), or the host's.
        auto settings = TRY(ProcFs::open()).open_entry("sys", O_PATH | O_DIRECTORY);
        if (!settings && settings.error().sys_errno != EXDEV) {
            return std::unexpected(settings.error());
        }
        state.slots[step.slot] = settings ? std::move(*settings) : Fd();
        return {};
    }
    Fd directory(openat2_retry(state.slots[step.proc].get(), "sys", O_PATH | O_DIRECTORY | O_CLOEXEC, 0,
                               RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS));
    if (!directory && errno != EXDEV) {  // EXDEV: the outer /proc stands in, and is covered there
        return FAIL_ERRNO("cubby.limit: open /proc/sys");
    }
    state.slots[step.slot] = std::move(directory);
    return {};
}

Status run(const LimitsStep& step, ChildState& state) noexcept {
    if (!state.slots[step.settings]) {
        return {};
    }
    for (const Setting& setting : step.values) {
        TRY(write_setting(state.slots[step.settings].get(), setting));
    }
    return {};
}

Status run(const RlimitStep& step, ChildState&) noexcept {
    const auto resource = static_cast<__rlimit_resource_t>(step.resource);
    rlimit limit{step.soft, step.hard};
    if (rlimit own{}; step.at_most && getrlimit(resource, &own) == 0) {
        limit = {std::min(limit.rlim_cur, own.rlim_cur), std::min(limit.rlim_max, own.rlim_max)};
    }
    if (setrlimit(resource, &limit) != 0) {
        return FAIL_ERRNO("lxc.prlimit: set limit of resource %d", step.resource);
    }
    return {};
}

}  // namespace cubby::launch
