#include "plan/start_plan.h"

#include <array>
#include <cstdio>

namespace cubby {

const char* phase_name(Phase phase) noexcept {
    constexpr std::array<const char*, kPhaseCount> names{
        "host_prepare",     "parent_idmap", "child_userns", "parent_cgroup", "parent_net",
        "child_net",        "child_mounts", "child_pivot",  "child_tree",    "child_identity",
        "child_privileges", "parent_ready", "child_exec"};
    return names[static_cast<size_t>(phase)];
}

void StartPlan::seal() {
    std::vector<PlannedStep> sorted;
    sorted.reserve(steps_.size());
    for (size_t phase = 0; phase < kPhaseCount; ++phase) {
        for (PlannedStep& planned : steps_) {
            if (static_cast<size_t>(planned.phase) == phase) {
                sorted.push_back(std::move(planned));
            }
        }
    }
    steps_ = std::move(sorted);
}

std::string print_plan(const StartPlan& plan) {
    std::string out = "clone: new";
    for (const NsInfo& entry : kNamespaces) {
        if (plan.new_namespaces.has(entry.ns)) {
            out.append(" ").append(entry.name);
        }
    }
    for (const SharedNamespace& shared : plan.shared) {
        out.append("; ").append(info(shared.ns).name).append(" of ").append(shared.source);
    }
    out += '\n';
    size_t number = 0;
    for (const PlannedStep& planned : plan.steps()) {
        std::array<char, 64> lead{};
        snprintf(lead.data(), lead.size(), "%3zu  %-16s  ", ++number, phase_name(planned.phase));
        out.append(lead.data()).append(describe(planned.step)) += '\n';
    }
    return out;
}

}  // namespace cubby
