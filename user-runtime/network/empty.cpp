#include "network/types.h"

namespace cubby::network {

Status contribute_empty(const ContainerSpec&, const HostFacts&, StartPlan& plan) {
    if (plan.new_namespaces.has(Ns::net)) {
        plan.add(Phase::child_net, LoopbackStep{});
    }
    return {};
}

}  // namespace cubby::network
