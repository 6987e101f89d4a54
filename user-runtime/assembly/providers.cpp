#include "assembly/providers.h"

#include "assembly/assemble.h"
#include "network/driver.h"
#include "security/providers.h"

namespace cubby {
namespace {

Status contribute_network(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan) {
    return network::driver_of(spec.net.type).contribute(spec, facts, plan);
}

// Order within one phase is order of contribution: the root before what is attached in it, /proc, /sys and /dev before
// the mounts that the user asks for, then the hooks that look at them, privileges after that; a hook of the container's own
// runs under them.
constexpr Provider kProviders[] = {
    {"namespaces", false, contribute_namespaces},
    {"rootfs", true, contribute_rootfs},
    {"root-stage", true, contribute_root_stage},
    {"proc-sys", true, security::contribute_proc_sys},
    {"dev", true, security::contribute_dev},
    {"network", true, contribute_network},
    {"mounts", true, contribute_mount_entries},
    {"hooks", true, contribute_hooks},
    {"limits", false, security::contribute_limits},
    {"identity", false, security::contribute_identity},
    {"privileges", false, security::contribute_privileges},
    {"start-hooks", false, contribute_start_hooks},
};

// What a child does once its host paths are open (phase child_userns, last).
AssumeRootStep assume_root(const IdMaps& maps, const ProcessSpec& process) {
    const bool has_root = to_outside(maps.uids, 0) && to_outside(maps.gids, 0);
    return has_root ? AssumeRootStep{0, 0} : AssumeRootStep{process.uid, process.gid};
}

}  // namespace

std::span<const Provider> providers() noexcept { return kProviders; }

Result<StartPlan> assemble(const ContainerSpec& spec, const HostFacts& facts, Stage stage) {
    StartPlan plan(spec.name.str());
    plan.provisional = stage == Stage::before_hooks && !spec.hooks.of(Hook::pre_start).empty();
    bool own_mounts = !spec.namespaces.keep.has(Ns::mnt);
    for (const NamespaceShare& share : spec.namespaces.shares) {
        own_mounts = own_mounts && share.ns != Ns::mnt;
    }
    for (const Provider& provider : kProviders) {
        if (own_mounts || !provider.needs_own_mounts) {
            if (auto done = provider.contribute(spec, facts, plan); !done) {
                return std::unexpected(done.error());
            }
        }
    }
    plan.add(Phase::child_userns, assume_root(effective_maps(spec, facts), spec.process));
    plan.seal();
    return plan;
}

}  // namespace cubby
