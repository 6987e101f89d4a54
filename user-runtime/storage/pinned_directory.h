#pragma once
// Host directories that a start will open.

#include <string>

#include "base/result.h"
#include "kernel/root.h"
#include "plan/start_plan.h"

namespace cubby {

// The directory at an absolute host path, looked at with the user's own rights; of a provisional plan, its name only.
Result<PinnedPath> pin_directory(const std::string& host_path, const StartPlan& plan);

// Pins the directory at an absolute host path, adds the step that opens it with the user's own rights
// (Phase::child_userns), and gives its slot.
Result<Slot> add_directory(const std::string& host_path, StartPlan& plan);

}  // namespace cubby
