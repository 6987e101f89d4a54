#include <algorithm>

#include "security/providers.h"

namespace cubby::security {
namespace {

constexpr uint32_t kLeastPidMax = 301;  // the kernel keeps the first 300 for itself (RESERVED_PIDS, kernel/pid.c)

// The kinds that take much of the kernel: a copy of the mounts, a process file system, a network stack.  The others are
// a few hundred bytes, and each setting costs a start about 5 us.
constexpr const char* kNamespaces[] = {"mnt", "pid", "net"};

bool limits_processes_itself(const ProcessSpec& process) {
    return std::ranges::find(process.limits, RLIMIT_NPROC, &ResourceLimit::resource) != process.limits.end();
}

// Settings of the container's own user namespace (/proc/sys/user, namespaces(7)): root inside could lift them if /proc/sys
// were writable, nobody else can.  Those of the user's own namespaces hold as well, for all his containers together.
std::vector<Setting> user_settings(const LimitsSpec& limits, bool nesting) {
    const std::string most = std::to_string(limits.namespaces);
    std::vector<Setting> values{{"user/max_user_namespaces", std::to_string(nesting ? limits.user_namespaces : 0)},
                                {"user/max_inotify_instances", std::to_string(limits.inotify_instances)}};
    for (const char* kind : kNamespaces) {
        values.push_back({std::string("user/max_").append(kind).append("_namespaces"), most});
    }
    return values;
}

}  // namespace

Status contribute_limits(const ContainerSpec& spec, const HostFacts&, StartPlan& plan) {
    const LimitsSpec& limits = spec.limits;
    LimitsStep step{plan.new_slot(), {}};
    if (plan.new_namespaces.has(Ns::user)) {
        step.values = user_settings(limits, spec.security.nesting);
    }
    // The container as a whole, where the kernel counts process ids for each pid namespace (Linux 6.14).
    if (limits.processes != 0 && plan.new_namespaces.has(Ns::pid)) {
        step.values.push_back({"kernel/pid_max", std::to_string(std::max(limits.processes, kLeastPidMax))});
    }
    if (!step.values.empty()) {
        plan.add(Phase::child_mounts, OpenSettingsStep{step.settings, plan.ground.proc});
        // After the mounts: each detached one is a mount namespace to the kernel, and counts.
        plan.add(Phase::child_identity, std::move(step));
    }
    // Each user inside: since Linux 5.14 counted for each user namespace, not over the host.
    if (limits.processes != 0 && !limits_processes_itself(spec.process)) {
        plan.add(Phase::child_identity, RlimitStep{RLIMIT_NPROC, limits.processes, limits.processes, true});
    }
    return {};
}

}  // namespace cubby::security
