#pragma once
// A network type: what it contributes to a start.  registry.cpp is the one list of them.

#include <span>

#include "base/result.h"
#include "plan/start_plan.h"
#include "spec/container_spec.h"

namespace cubby::network {

struct Driver {
    NetType type;
    const char* name;  // as in lxc.net.N.type
    bool new_namespace;
    Status (*contribute)(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);
};

[[nodiscard]] std::span<const Driver> drivers() noexcept;
[[nodiscard]] const Driver& driver_of(NetType type) noexcept;

}  // namespace cubby::network
