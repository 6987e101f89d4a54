#pragma once
// lxc-monitor and cubby monitor: changes of state as they come.

#include <functional>
#include <optional>

#include "cli/lxc/selection.h"

namespace cubby::cli {

struct StateChange {
    std::string name;
    State state = State::stopped;
    std::optional<int> exit_status;  // with `stopped`: how its first process ended, as a shell shows it
};

// Looks every 20 ms, for nobody announces changes of all containers: a state that lasts less than that may be missed.
// Ends when `told` gives false.
Status watch_states(const std::vector<Places>& places, const NamePattern& pattern,
                    const std::function<bool(const StateChange&)>& told);

}  // namespace cubby::cli
