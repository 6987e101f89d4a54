#pragma once
// What the programs of this folder do before anything else: nothing of the caller's stays but what they were given.

#include "base/result.h"

namespace cubby::holder {

// Descriptors 0-2 exist (/dev/null where they did not), all others but `keep` (-1: none) are closed; the environment is
// empty, umask 077, working directory /, no core files, signals at their defaults and unblocked.
Status start_clean(int keep) noexcept;

}  // namespace cubby::holder
