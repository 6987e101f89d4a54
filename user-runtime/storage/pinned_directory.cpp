#include "storage/pinned_directory.h"

#include "kernel/root.h"

namespace cubby {

Result<Slot> add_directory(const std::string& host_path, StartPlan& plan) {
    auto pinned = pin(host_path);
    // Opened as a directory, so that a file is refused now and not by the mount.
    const auto directory = open_named(host_path, O_PATH | O_DIRECTORY);
    if (!pinned || !directory) {
        return std::unexpected(prefixed(pinned ? directory.error() : pinned.error(), "lxc.rootfs.path"));
    }
    const Slot slot = plan.new_slot();
    plan.add(Phase::child_userns, OpenStep{slot, std::move(pinned->path), pinned->device, pinned->inode});
    return slot;
}

}  // namespace cubby
