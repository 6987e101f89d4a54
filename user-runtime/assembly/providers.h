#pragma once
// The ordered list of everything that contributes to a start.

#include <span>

#include "base/result.h"
#include "plan/start_plan.h"
#include "spec/container_spec.h"

namespace cubby {

struct Provider {
    const char* name;
    bool needs_own_mounts;  // left out where the mount namespace is not a new one
    Status (*contribute)(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);
};

[[nodiscard]] std::span<const Provider> providers() noexcept;

// Whether hooks need to see the root by a path of the host before it is entered.
[[nodiscard]] bool stages_root(const ContainerSpec& spec) noexcept;

// Those that live on this floor, because they join what the folders below must not know of each other.
Status contribute_namespaces(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);
Status contribute_rootfs(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);
Status contribute_root_stage(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);
Status contribute_hooks(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);
Status contribute_start_hooks(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);
Status contribute_mount_entries(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);

}  // namespace cubby
