#include "assembly/providers.h"
#include "kernel/root.h"

namespace cubby {
namespace {

Status add_bind(const MountEntry& entry, const std::string& target, StartPlan& plan) {
    const Slot slot = plan.new_slot();
    auto pinned = plan.provisional ? PinnedPath{entry.source} : pin_own(entry.source);
    if (!pinned) {
        return entry.optional ? Status{} : std::unexpected(prefixed(pinned.error(), "lxc.mount.entry"));
    }
    if (!entry.id_map.empty()) {
        plan.add(Phase::parent_idmap,
                 MappedBindStep{slot, "lxc.mount.entry", pinned->path, pinned->device, pinned->inode, entry.recursive,
                                entry.set_attributes, entry.clear_attributes, entry.propagation, entry.id_map,
                                entry.optional});
        plan.add(Phase::child_tree, AttachStep{slot, target, entry.create, entry.optional});
        return {};
    }
    plan.add(Phase::child_userns, OpenStep{slot, pinned->path, pinned->device, pinned->inode, entry.optional});
    plan.add(Phase::child_userns,
             CloneTreeStep{slot, entry.recursive, entry.set_attributes, entry.clear_attributes, entry.propagation});
    plan.add(Phase::child_tree, AttachStep{slot, target, entry.create, entry.optional});
    return {};
}

}  // namespace

Status contribute_mount_entries(const ContainerSpec& spec, const HostFacts&, StartPlan& plan) {
    for (const MountEntry& entry : spec.mounts.entries) {
        const RelPath target = TRY(RelPath::guest(entry.target));
        if (entry.source_in_root) {
            plan.add(Phase::child_tree, InnerBindStep{TRY(RelPath::guest(entry.source)).str(), target.str(),
                                                      entry.recursive, entry.set_attributes, entry.clear_attributes,
                                                      entry.propagation, entry.create, entry.optional});
            continue;
        }
        if (entry.type.empty()) {
            TRY(add_bind(entry, target.str(), plan));
            continue;
        }
        const Slot slot = plan.new_slot();
        plan.add(Phase::child_mounts, FsMountStep{slot, entry.type, entry.source, entry.data, entry.set_attributes,
                                                  kNoSlot, "", entry.optional});
        plan.add(Phase::child_tree, AttachStep{slot, target.str(), entry.create, entry.optional});
    }
    return {};
}

}  // namespace cubby
