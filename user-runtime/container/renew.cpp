#include "container/renew.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include "kernel/mount_fd.h"
#include "kernel/root.h"
#include "kernel/userns_process.h"
#include "launch/mount_root.h"
#include "monitor/host_hooks.h"
#include "storage/registry.h"

namespace cubby {
namespace {

// Its root file system, made by root of its user namespace, and where hooks are to look for it attached there.
struct Staged {
    StartPlan plan;
    Slot root;
};

Result<Staged> stage(const ContainerSpec& spec, bool hooks) {
    StartPlan plan(spec.name.str());
    const Slot root = TRY(TRY(backend_of(spec.rootfs))->contribute(spec.rootfs, plan));
    if (hooks) {
        const auto pinned = pin(spec.hooks.rootfs_mount);
        if (!pinned) {
            return std::unexpected(prefixed(pinned.error(), "lxc.rootfs.mount"));
        }
        const Slot place = plan.new_slot();
        plan.add(Phase::child_userns, OpenStep{place, pinned->path, pinned->device, pinned->inode});
        plan.add(Phase::child_pivot, StageStep{root, place});
    }
    plan.add(Phase::child_userns, AssumeRootStep{0, 0});
    plan.seal();
    return Staged{std::move(plan), root};
}

// Only where a file is: a link is the system's own arrangement.
Status write_hostname(const Root& root, const ContainerName& name) {
    const RelPath path = TRY(RelPath::guest("/etc/hostname"));
    const auto info = root.stat(path);
    return info && S_ISREG(info->st_mode) ? root.replace(path, name.str() + "\n", 0644) : Status{};
}

Status run_clone_hooks(const CopyRequest& request, const ContainerSpec& spec) {
    return run_host_hook(spec, Hook::clone, {"LXC_SRC_NAME=" + request.name.str()}, request.hook_arguments,
                         [](const std::string&) {});
}

}  // namespace

Status renew_rootfs(const CopyRequest& request, const ContainerSpec& spec, const ContainerIds& ids) {
    const bool hooks = !spec.hooks.of(Hook::clone).empty();
    if (spec.rootfs.path.empty() || (request.keep_hostname && !hooks)) {
        return {};
    }
    const Staged staged = TRY(stage(spec, hooks));
    UsernsPlace place{ids.holder, &ids.maps, {}};
    place.more.add(Ns::mnt);
    return run_in_user_namespace(place, [&]() -> Status {
        umask(022);  // what hooks make is for the container
        const Fd slash = TRY(open_named("/", O_PATH | O_DIRECTORY));
        TRY(change_mount(slash.get(), {0, 0, MS_PRIVATE, true}));
        const Root root(TRY(launch::mount_root(staged.plan, staged.root)), Trust::guest);
        TRY(become_root());
        if (!request.keep_hostname) {
            TRY(write_hostname(root, request.new_name));
        }
        return run_clone_hooks(request, spec);
    });
}

}  // namespace cubby
