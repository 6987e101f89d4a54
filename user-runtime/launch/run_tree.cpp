// Steps inside the new root: attach mounts, make links, mask.  Every path is a guest path.

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/guest_path.h"
#include "kernel/mount_fd.h"
#include "kernel/openat2.h"
#include "kernel/pty.h"
#include "launch/baton.h"
#include "launch/child.h"

namespace cubby::launch {
namespace {

Result<Fd> open_root() noexcept {
    Fd root(openat2_retry(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0));
    if (!root) {
        return FAIL_ERRNO("open the container's root");
    }
    return root;
}

Result<Fd> target_at(const char* target, CreateTarget create, int root) noexcept {
    switch (create) {
        case CreateTarget::no: return guest::open(root, target, true);
        case CreateTarget::directory: return guest::ensure_dir(root, target);
        case CreateTarget::file: return guest::ensure_file(root, target);
    }
    __builtin_unreachable();
}

Result<Fd> target_of(const AttachStep& step, int root) noexcept {
    return step.real ? guest::ensure_real_dir(root, step.target.c_str())
                     : target_at(step.target.c_str(), step.create, root);
}

bool missing(const Error& error) noexcept { return error.sys_errno == ENOENT || error.sys_errno == ENOTDIR; }

}  // namespace

Status run(const StageStep& step, ChildState& state) noexcept {
    const Fd& mount = state.slots[step.root];
    TRY(change_mount(mount.get(), {0, 0, MS_PRIVATE, false}));
    if (auto attached = attach_mount(mount.get(), state.slots[step.place].get()); !attached) {
        return std::unexpected(prefixed(attached.error(), "lxc.rootfs.mount"));
    }
    state.root = mount.get();
    return {};
}

Status run(const PivotStep& step, ChildState& state) noexcept {
    Fd& mount = state.slots[step.slot];
    // Nothing of the container's mounts may travel to the host, nor back (mount_namespaces(7)).
    TRY(change_mount(mount.get(), {step.read_only ? MOUNT_ATTR_RDONLY : 0U, 0, MS_PRIVATE, false}));
    const Fd old_root = TRY(open_root());
    TRY(attach_mount(mount.get(), old_root.get()));
    TRY(enter_root(mount.get()));
    state.root = mount.get();
    Message message;
    message.kind = Kind::root;
    return send(state.socket, message, mount.get());
}

Status run(const AttachStep& step, ChildState& state) noexcept {
    const Fd& mount = state.slots[step.slot];
    if (!mount) {
        return step.optional ? Status{} : FAIL(Code::not_found, "nothing to mount at /%s", step.target.c_str());
    }
    const auto target = target_of(step, state.root);
    if (!target) {
        if (step.optional && missing(target.error())) {
            return {};
        }
        return std::unexpected(target.error());
    }
    if (auto attached = attach_mount(mount.get(), target->get()); !attached) {
        return std::unexpected(prefixed(attached.error(), "/%s", step.target.c_str()));
    }
    return {};
}

Status run(const InnerBindStep& step, ChildState& state) noexcept {
    const auto source = guest::open(state.root, step.source.c_str(), true);
    if (!source) {
        return step.optional && missing(source.error())
                   ? Status{}
                   : std::unexpected(prefixed(source.error(), "lxc.mount.entry: /%s", step.source.c_str()));
    }
    const Fd copy = TRY(clone_tree(source->get(), step.recursive));
    TRY(change_mount(copy.get(), {step.set_attributes, step.clear_attributes, step.propagation, step.recursive}));
    const auto target = target_at(step.target.c_str(), step.create, state.root);
    if (!target) {
        return step.optional && missing(target.error())
                   ? Status{}
                   : std::unexpected(prefixed(target.error(), "lxc.mount.entry: /%s", step.target.c_str()));
    }
    return attach_mount(copy.get(), target->get());
}

Status run(const MakeDirStep& step, ChildState& state) noexcept {
    static_cast<void>(TRY(guest::ensure_dir(state.root, step.path.c_str(), step.mode)));
    return {};
}

Status run(const SymlinkStep& step, ChildState& state) noexcept {
    return guest::ensure_link(state.root, step.path.c_str(), step.target.c_str());
}

Status run(const RemountStep& step, ChildState& state) noexcept {
    const auto target = guest::open(state.root, step.path.c_str(), true);
    if (!target) {
        return missing(target.error()) ? Status{} : std::unexpected(target.error());
    }
    const Fd copy = TRY(clone_tree(target->get(), true));
    TRY(change_mount(copy.get(), {step.set_attributes, step.clear_attributes, 0, true}));
    return attach_mount(copy.get(), target->get());
}

Status run(const MaskStep& step, ChildState& state) noexcept {
    const auto target = guest::open(state.root, step.path.c_str(), true);
    if (!target) {
        return missing(target.error()) ? Status{} : std::unexpected(target.error());
    }
    struct stat info{};
    if (fstat(target->get(), &info) != 0) {
        return FAIL_ERRNO("stat /%s", step.path.c_str());
    }
    const bool directory = S_ISDIR(info.st_mode);
    const Fd& cover = state.slots[directory ? step.empty_slot : step.null_slot];
    // Only since Linux 6.15 can a mount be copied that is attached nowhere yet.
    bool& attached = directory ? state.empty_attached : state.null_attached;
    if (!attached) {
        attached = true;
        return attach_mount(cover.get(), target->get());
    }
    const Fd copy = TRY(clone_tree(cover.get(), false));
    return attach_mount(copy.get(), target->get());
}

namespace {

Status bind_terminal(int peer, const char* path, int root) noexcept {
    const Fd target = TRY(guest::ensure_file(root, path));
    const Fd terminal = TRY(clone_tree(peer, false));
    return attach_mount(terminal.get(), target.get());
}

}  // namespace

Status run(const ConsoleStep& step, ChildState& state) noexcept {
    const int devpts = state.slots[step.devpts].get();
    Pty pty = TRY(open_pty(devpts));
    Message message;
    message.kind = Kind::console;
    TRY(send(state.socket, message, pty.master.get()));
    message.kind = Kind::devpts;
    TRY(send(state.socket, message, devpts));
    if (step.bind_console) {
        TRY(bind_terminal(pty.peer.get(), "dev/console", state.root));
    }
    state.terminal = std::move(pty.peer);
    return {};
}

Status run(const TtyStep& step, ChildState& state) noexcept {
    const Pty pty = TRY(open_pty(state.slots[step.devpts].get()));
    Message message;
    message.kind = Kind::tty;
    TRY(send(state.socket, message, pty.master.get()));
    return bind_terminal(pty.peer.get(), step.path.c_str(), state.root);
}

}  // namespace cubby::launch
