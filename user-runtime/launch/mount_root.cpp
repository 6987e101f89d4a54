#include "launch/mount_root.h"

#include "launch/child.h"

namespace cubby::launch {

Result<Fd> mount_root(const StartPlan& plan, Slot root) {
    const Input shape{plan, -1, {0, 1, 2}, {}, false};
    ChildState state = prepare_child(shape, -1);
    for (const PlannedStep& planned : plan.steps()) {
        TRY(std::visit([&](const auto& step) { return run(step, state); }, planned.step));
    }
    return std::move(state.slots[root]);
}

}  // namespace cubby::launch
