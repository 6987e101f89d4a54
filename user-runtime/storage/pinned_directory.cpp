#include "storage/pinned_directory.h"

#include "kernel/root.h"

namespace cubby {

Result<PinnedPath> pin_directory(const std::string& host_path, const StartPlan& plan) {
    if (plan.provisional) {
        return PinnedPath{host_path};
    }
    auto pinned = pin(host_path);
    // Opened as a directory, so that a file is refused now and not by the mount.
    const auto directory = open_named(host_path, O_PATH | O_DIRECTORY);
    if (!pinned || !directory) {
        return std::unexpected(prefixed(pinned ? directory.error() : pinned.error(), "lxc.rootfs.path"));
    }
    return std::move(*pinned);
}

Result<Slot> add_directory(const std::string& host_path, StartPlan& plan) {
    PinnedPath pinned = TRY(pin_directory(host_path, plan));
    const Slot slot = plan.new_slot();
    plan.add(Phase::child_userns, OpenStep{slot, std::move(pinned.path), pinned.device, pinned.inode});
    return slot;
}

}  // namespace cubby
