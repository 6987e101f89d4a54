#pragma once
// The whole command line of cubby.

#include <string>
#include <string_view>
#include <vector>

namespace cubby::cli {

// `name` is argv[0]: one of LXC's commands under its own name (lxc-start), else cubby.  `words` are the others.  The exit
// status; output and errors are printed.
int run_command_line(std::string_view name, const std::vector<std::string>& words);

}  // namespace cubby::cli
