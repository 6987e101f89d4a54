#include <sys/mount.h>

#include "kernel/root.h"
#include "network/types.h"

namespace cubby::network {

Status contribute_host(const ContainerSpec&, const HostFacts& facts, StartPlan& plan) {
    if (facts.resolv_conf.empty()) {
        return {};
    }
    const PinnedPath pinned = TRY(pin(facts.resolv_conf));
    const Slot slot = plan.new_slot();
    plan.add(Phase::child_userns, OpenStep{slot, pinned.path, pinned.device, pinned.inode, true});
    plan.add(Phase::child_userns, CloneTreeStep{slot, false, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0, MS_PRIVATE});
    plan.add(Phase::child_tree, AttachStep{slot, "etc/resolv.conf", CreateTarget::no, true});
    return {};
}

}  // namespace cubby::network
