#pragma once
// From a spec to a running container with its monitor: what cubby-monitor and cubby run share.

#include <source_location>

#include "assembly/holder.h"
#include "monitor/host_hooks.h"
#include "monitor/monitor.h"
#include "monitor/run_log.h"
#include "plan/start_plan.h"
#include "spec/container_spec.h"

namespace cubby {

struct BeginOptions {
    std::array<int, 3> stdio{0, 1, 2};
    bool timings = false;
    bool console_to_caller = false;    // the console's master stays in Launched for the caller's own terminal
    const HostHooks* hooks = nullptr;  // of this spec; nullptr: a spec without hooks of the host
    const RunLog* log = nullptr;
};

// The caller must be in the holder's namespace.  Namespaces shared with other containers are looked up in `lxcpath`.
Result<MonitorInput> begin_container(const ContainerSpec& spec, const HostFacts& facts, const StartPlan& plan,
                                     const std::string& lxcpath, BeginOptions options);

// The lines of hooks, for a log.
[[nodiscard]] HookOutput hook_lines(const RunLog* log);

// A hook after the container's end: its failure is logged, as from `where`, and ends nothing any more.
void run_late_hook(const HostHooks& hooks, Hook hook, const std::vector<std::string>& more, const RunLog* log,
                   std::source_location where = std::source_location::current());

// Enters the user's holder namespace unless this process is in it already, and tells the host's facts.
Result<HostFacts> enter_holder();
// The same, with a holder that was asked already.
Status enter_holder(const Holder& holder);

}  // namespace cubby
