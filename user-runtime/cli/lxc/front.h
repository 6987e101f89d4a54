#pragma once
// The command line of LXC's commands.

#include <string>
#include <vector>

#include "cli/lxc/row.h"

namespace cubby::cli {

// `words` without the command's own name.  The exit status, as LXC gives it: 1 for every failure but where the command
// says otherwise.  Output and errors are printed.
int run_lxc_command(const LxcCommand& row, const std::vector<std::string>& words);

}  // namespace cubby::cli
