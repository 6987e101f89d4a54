#pragma once
// lxc-autostart and cubby autostart: the containers with lxc.start.auto = 1, in their order.

#include <string>
#include <vector>

#include "cli/context.h"

namespace cubby::cli {

struct AutoContainer {
    Places places;
    ContainerName name;
    int64_t order = 0;  // lxc.start.order; a lower one is started earlier
    int64_t delay = 0;  // lxc.start.delay: seconds to wait after it
};

struct AutoSelection {
    bool every_group = false;  // -a
    bool also_manual = false;  // -A: whatever lxc.start.auto says
    std::string groups;        // "a,b,": in the order given; an empty one: containers without a group
    bool given_groups = false;
};

// Each container once, the groups' order first, then by lxc.start.order, then by name.
Result<std::vector<AutoContainer>> select_auto(const std::vector<Places>& places, const AutoSelection& selection);

enum class AutoAction : uint8_t { start, reboot, shutdown, kill, list };

extern const Option kAutostartOptions[9];
constexpr std::span<const Option> autostart_options() { return {kAutostartOptions, 8}; }

// Does it to all of them, in order; for an end in the reverse one.  0, 1: all failed, 2: some failed.  `failed` is told
// of each failure.
Result<int> run_autostart(const Context& context, const std::function<void(const std::string&)>& failed);

}  // namespace cubby::cli
