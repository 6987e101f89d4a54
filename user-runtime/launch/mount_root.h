#pragma once
// A root file system without a container in it.

#include "base/fd.h"
#include "base/result.h"
#include "plan/start_plan.h"

namespace cubby::launch {

// Runs the steps of a plan that make the mount in slot `root`, and attach it where hooks find it, in this process: which
// is single-threaded, in a mount namespace of its own, and has the user's own ids until an AssumeRootStep.  The mount is
// given back.
Result<Fd> mount_root(const StartPlan& plan, Slot root);

}  // namespace cubby::launch
