// Steps that open host paths and make detached mounts: before the new root is entered.

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "kernel/loopback.h"
#include "kernel/mount_fd.h"
#include "kernel/namespaces.h"
#include "kernel/openat2.h"
#include "kernel/procfs.h"
#include "kernel/root.h"
#include "launch/baton.h"
#include "launch/child.h"

namespace cubby::launch {

Status run(const OpenStep& step, ChildState& state) noexcept {
    auto opened = open_pinned(step.path.c_str(), step.device, step.inode);
    if (!opened) {
        return step.optional ? Status{} : std::unexpected(opened.error());
    }
    state.slots[step.slot] = std::move(*opened);
    return {};
}

Status run(const CloneTreeStep& step, ChildState& state) noexcept {
    Fd& slot = state.slots[step.slot];
    if (!slot) {
        return {};  // an optional source that is not there
    }
    Fd copy = TRY(clone_tree(slot.get(), step.recursive));
    if ((step.set_attributes | step.clear_attributes | step.propagation) != 0) {
        TRY(change_mount(copy.get(), {step.set_attributes, step.clear_attributes, step.propagation, step.recursive}));
    }
    slot = std::move(copy);
    return {};
}

Status run(const LoopbackStep&, ChildState&) noexcept { return bring_loopback_up(); }

namespace {

Status note_lost(const ChildState& state, const char* what) noexcept {
    Message message;
    message.kind = Kind::note;
    message.error = make_error(Code::none, "%s", what);
    return send(state.socket, message);
}

}  // namespace

Status run(const FsMountStep& step, ChildState& state) noexcept {
    auto fresh = make_filesystem(step.type.c_str(), step.source.c_str(), step.options.c_str(), step.attributes);
    if (!fresh && step.fallback != kNoSlot && fresh.error().code == Code::denied) {
        // A fresh /proc or /sys is refused while parts of the outer one are covered: it would uncover them
        // (mount_too_revealing(), fs/namespace.c).  The outer one, with its covers, is what can be had.
        fresh = clone_tree(state.slots[step.fallback].get(), true);
        if (fresh) {
            TRY(note_lost(state, step.lost.c_str()));
        }
    }
    if (!fresh) {
        return step.optional ? Status{} : std::unexpected(fresh.error());
    }
    state.slots[step.slot] = std::move(*fresh);
    return {};
}

namespace {

// "/proc/self/fd/N": an opened directory as a path that needs no permission on the directories above it.
struct FdPath {
    std::array<char, 32> text{};
    explicit FdPath(int fd) noexcept { snprintf(text.data(), text.size(), "/proc/self/fd/%d", fd); }
};

}  // namespace

Status run(const OverlayStep& step, ChildState& state) noexcept {
    FsContext overlay = TRY(FsContext::open("overlay"));
    std::array<char, 2048> lowers{};
    size_t used = 0;
    for (const Slot lower : step.lowers) {
        const FdPath path(state.slots[lower].get());
        const int put =
            snprintf(lowers.data() + used, lowers.size() - used, "%s%s", used == 0 ? "" : ":", path.text.data());
        used += static_cast<size_t>(put);
        if (used >= lowers.size()) {
            return FAIL(Code::invalid_config, "lxc.rootfs.path: more than %zu overlay layers", step.lowers.size() - 1);
        }
    }
    TRY(overlay.set("source", "cubby"));
    TRY(overlay.set("lowerdir", lowers.data()));
    if (step.upper != kNoSlot) {
        TRY(overlay.set("upperdir", FdPath(state.slots[step.upper].get()).text.data()));
        TRY(overlay.set("workdir", FdPath(state.slots[step.work].get()).text.data()));
        if (step.discard) {
            TRY(overlay.set_flag("volatile"));
        }
    }
    // Without it, opaque directories and whiteouts would need trusted.* attributes, which a user cannot set.
    TRY(overlay.set_flag("userxattr"));
    state.slots[step.slot] = TRY(overlay.mount(0));
    return {};
}

Status run(const SysctlStep& step, ChildState& state) noexcept {
    const Fd file(openat2_retry(state.slots[step.proc].get(), step.path.c_str(), O_WRONLY | O_CLOEXEC, 0,
                                RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS));
    if (!file || write(file.get(), step.value.data(), step.value.size()) != static_cast<ssize_t>(step.value.size())) {
        return FAIL_ERRNO("lxc.sysctl: write %s to /proc/%s", step.value.c_str(), step.path.c_str());
    }
    return {};
}

Status run(const TimeOffsetStep& step, ChildState&) noexcept {
    if (unshare(static_cast<int>(info(Ns::time).clone_flag)) != 0) {
        return FAIL_ERRNO("make a time namespace");
    }
    const OwnProcFiles mine;
    const ProcFs self = TRY(TRY(ProcFs::open()).of_self());
    TRY(self.write("timens_offsets", step.offsets));
    // Offsets can be set only before anybody is inside; this process enters now (time_namespaces(7)).
    const Fd inside = TRY(self.open_namespace(Ns::time));
    return enter_namespace(inside.get(), Ns::time);
}

}  // namespace cubby::launch
