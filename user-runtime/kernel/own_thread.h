#pragma once
// Work in a thread of its own, for what the kernel keeps for each thread and never takes back (Landlock).

#include <functional>

#include "base/result.h"

namespace cubby {

// Runs `work` in a new thread and waits for it; the caller does nothing else meanwhile.  When this returns, the process
// has one thread again, so that it may clone.
Status in_own_thread(const std::function<Status()>& work);

}  // namespace cubby
