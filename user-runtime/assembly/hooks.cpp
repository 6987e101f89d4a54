#include "assembly/providers.h"
#include "kernel/root.h"
#include "spec/hook_call.h"

namespace cubby {
namespace {

void add_hooks(const ContainerSpec& spec, Hook hook, Phase phase, StartPlan& plan) {
    for (const std::string& command : spec.hooks.of(hook)) {
        plan.add(phase, HookStep{std::string("lxc.hook.") + hook_name(hook), hook_command(spec, hook, command),
                                 hook_environment(spec, hook)});
    }
}

// Where only the undo has commands, it is still run by a start that fails.
void add_host_hooks(const ContainerSpec& spec, Phase phase, Hook hook, Hook undo, StartPlan& plan) {
    if (!spec.hooks.of(hook).empty() || !spec.hooks.of(undo).empty()) {
        plan.add(phase, HostHooksStep{hook, undo, spec.hooks.of(hook)});
    }
}

}  // namespace

bool stages_root(const ContainerSpec& spec) noexcept {
    return !spec.hooks.of(Hook::mount).empty() || !spec.hooks.of(Hook::autodev).empty();
}

Status contribute_root_stage(const ContainerSpec& spec, const HostFacts&, StartPlan& plan) {
    add_hooks(spec, Hook::pre_mount, Phase::child_net, plan);
    if (!stages_root(spec)) {
        return {};
    }
    // Hooks look for the root by a path, so it is attached for them; the mount namespace is the container's own.
    const Slot place = plan.new_slot();
    const auto pinned = plan.provisional ? PinnedPath{spec.hooks.rootfs_mount} : pin(spec.hooks.rootfs_mount);
    if (!pinned) {
        return std::unexpected(prefixed(pinned.error(), "lxc.rootfs.mount"));
    }
    plan.add(Phase::child_userns, OpenStep{place, pinned->path, pinned->device, pinned->inode});
    plan.add(Phase::child_pivot, StageStep{plan.ground.root, place});
    return {};
}

Status contribute_hooks(const ContainerSpec& spec, const HostFacts&, StartPlan& plan) {
    add_hooks(spec, Hook::mount, Phase::child_tree, plan);
    add_hooks(spec, Hook::autodev, Phase::child_tree, plan);
    if (stages_root(spec)) {
        plan.add(Phase::child_tree, PivotStep{plan.ground.root, spec.rootfs.read_only});
    }
    return {};
}

Status contribute_start_hooks(const ContainerSpec& spec, const HostFacts&, StartPlan& plan) {
    add_host_hooks(spec, Phase::host_prepare, Hook::pre_start, Hook::post_stop, plan);
    add_hooks(spec, Hook::start, Phase::child_privileges, plan);
    add_host_hooks(spec, Phase::parent_ready, Hook::start_host, Hook::stop, plan);
    return {};
}

}  // namespace cubby
