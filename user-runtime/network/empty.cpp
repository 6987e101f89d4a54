#include <algorithm>

#include "network/types.h"
#include "spec/validate.h"

namespace cubby::network {
namespace {

// The last group id that is mapped without a gap from 0 on.
uint32_t last_group(const ContainerSpec& spec, const HostFacts& facts) {
    const IdRanges ranges = spec.idmap.gids.empty() ? default_map(facts.holder.gids) : spec.idmap.gids;
    uint32_t end = 0;
    for (bool grown = true; grown;) {
        const auto next = std::ranges::find(ranges, end, &IdRange::inside);
        grown = next != ranges.end();
        end += grown ? next->count : 0;
    }
    return end == 0 ? 0 : end - 1;
}

}  // namespace

Status contribute_empty(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan) {
    if (!plan.new_namespaces.has(Ns::net)) {
        return {};
    }
    plan.add(Phase::child_net, LoopbackStep{});
    if (plan.ground.proc != kNoSlot) {
        // In a network of its own a container may ping and listen on any port without capabilities: nobody else is there.
        plan.add(Phase::child_mounts, SysctlStep{plan.ground.proc, "sys/net/ipv4/ping_group_range",
                                                 "0 " + std::to_string(last_group(spec, facts))});
        plan.add(Phase::child_mounts, SysctlStep{plan.ground.proc, "sys/net/ipv4/ip_unprivileged_port_start", "0"});
    }
    return {};
}

}  // namespace cubby::network
