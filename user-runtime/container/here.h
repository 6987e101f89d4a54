#pragma once
// A container with this very process as its monitor and the caller's terminal or pipes as its own: cubby run and
// cubby start -F.

#include <functional>
#include <string>

#include "base/result.h"
#include "container/operations.h"
#include "monitor/host_hooks.h"
#include "monitor/run_log.h"
#include "plan/start_plan.h"
#include "spec/container_spec.h"

namespace cubby {

struct HereRequest {
    const ContainerSpec& spec;
    const HostFacts& facts;
    std::string lxcpath;
    bool interactive = false;
    bool timings = false;
    const HostHooks* hooks = nullptr;  // of a container with a configuration
    const RunLog* log = nullptr;
    std::function<Result<ContainerSpec>()> read_again = {};  // as BeginOptions
};

// The caller must be in the holder's namespace.  Returns when the container has ended.
Result<RunResult> run_here(const HereRequest& request);

}  // namespace cubby
