#pragma once
// From a spec to a running container with its monitor: what cubby-monitor and cubby run share.

#include <functional>
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
    // The spec as the configuration's files have it now (lxc::Files::are_made); where there is a lxc.hook.pre-start.
    std::function<Result<ContainerSpec>()> read_again = {};
};

// The caller must be in the holder's namespace.  Namespaces shared with other containers are looked up in `lxcpath`.  A
// provisional plan is replaced by the one that was run, made when lxc.hook.pre-start had ended.
Result<MonitorInput> begin_container(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan,
                                     const std::string& lxcpath, const BeginOptions& options);

// The lines of hooks, for a log.
[[nodiscard]] HookOutput hook_lines(const RunLog* log);

// A hook after the container's end: its failure is logged, as from `where`, and ends nothing any more.
void run_late_hook(const HostHooks& hooks, Hook hook, const std::vector<std::string>& more, const RunLog* log,
                   std::source_location where = std::source_location::current());

// Where a monitor stands once it has left the user's namespaces for the holder's.
struct Standing {
    HostHooks hooks;
    HostFacts facts;
};
// Hooks of the host run in the namespaces that are left; with lxc.monitor.unshare in those that are entered, a mount
// namespace among them, where the user is root of the holder's.
Result<Standing> take_standing(const ContainerSpec& spec);

// Enters the user's holder namespace unless this process is in it already, and tells the host's facts.
Result<HostFacts> enter_holder();
// The same, with a holder that was asked already.
Status enter_holder(const Holder& holder);

}  // namespace cubby
