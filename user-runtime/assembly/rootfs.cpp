#include "assembly/providers.h"
#include "storage/registry.h"

namespace cubby {

Status contribute_rootfs(const ContainerSpec& spec, const HostFacts&, StartPlan& plan) {
    const Backend* backend = TRY(backend_of(spec.rootfs));
    plan.ground.root = TRY(backend->contribute(spec.rootfs, plan));
    if (!stages_root(spec)) {
        plan.add(Phase::child_pivot, PivotStep{plan.ground.root, spec.rootfs.read_only});
    }
    return {};
}

}  // namespace cubby
