// Steps that put the process under modules of the kernel: a label for its exec, Landlock.

#include <fcntl.h>

#include <cerrno>

#include "kernel/guest_path.h"
#include "kernel/landlock.h"
#include "kernel/lsm.h"
#include "kernel/openat2.h"
#include "launch/child.h"

namespace cubby::launch {
namespace {

// Devices and the process's own files: whoever may not write to them cannot even throw output away.  What they let do is
// decided by their own rules.
constexpr const char* kAlways[] = {"dev", "proc"};

// `path` is absolute in the container.
Status allow(const Ruleset& rules, int root, const char* path, uint64_t rights) noexcept {
    const auto place = guest::open(root, path[1] == '\0' ? "." : path + 1, true);
    if (!place) {
        return std::unexpected(prefixed(place.error(), "cubby.landlock"));
    }
    return rules.allow(place->get(), rights);
}

}  // namespace

Status run(const LabelStep& step, ChildState&) noexcept {
    const auto done = set_exec_label(step.entry.c_str(), step.value, step.label);
    if (done) {
        return {};
    }
    // A kernel without the module has no such entry, or takes nothing there.
    const int error = done.error().sys_errno;
    const bool absent = error == ENOENT || error == EINVAL || error == EOPNOTSUPP;
    if (absent && step.optional) {
        return {};
    }
    return std::unexpected(prefixed(done.error(), "%s: %.60s%s", step.key.c_str(), step.label.c_str(),
                                    absent ? ": not known here, or this host does not run that module" : ""));
}

Status run(const LandlockStep& step, ChildState&) noexcept {
    const auto rules = Ruleset::make(false);
    if (!rules) {
        return std::unexpected(prefixed(rules.error(), "cubby.landlock: this kernel gives none"));
    }
    const Fd root(openat2_retry(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0));
    if (!root) {
        return FAIL_ERRNO("open the container's root");
    }
    for (const std::string& path : step.readable) {
        TRY(allow(*rules, root.get(), path.c_str(), landlock::kRead));
    }
    for (const std::string& path : step.writable) {
        TRY(allow(*rules, root.get(), path.c_str(), landlock::kAll));
    }
    for (const char* path : kAlways) {
        if (const auto place = guest::open(root.get(), path, true)) {
            TRY(rules->allow(place->get(), landlock::kRead | landlock::kWriteFile | landlock::kTruncate));
        }
    }
    return rules->enter();
}

}  // namespace cubby::launch
