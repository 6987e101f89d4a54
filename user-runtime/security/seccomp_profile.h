#pragma once
// A seccomp policy of the user's own (lxc.seccomp.profile), compiled when a container is started.

#include <linux/filter.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace cubby::security {

// Runs the program cubby-seccomp over the text; `file` is what messages call it.
Result<std::vector<sock_filter>> compile_profile(const std::string& text, const std::string& file);

}  // namespace cubby::security
