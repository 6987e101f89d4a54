#pragma once
// What the monitor may still open while its container runs: nothing but what its few files need.

#include <optional>

#include "kernel/landlock.h"
#include "kernel/root.h"
#include "spec/container_spec.h"

namespace cubby {

// The rules: `directory`, the container's own (mark and exit status); `sockets` (the control socket goes at the end);
// the directory of the console's log where there is one.  No TCP.  Nothing for a kernel without Landlock.
Result<std::optional<Ruleset>> monitor_rules(const Root& directory, const Root& sockets, const ConsoleSpec& console);

}  // namespace cubby
