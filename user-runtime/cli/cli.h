#pragma once
// The whole command line of cubby.

#include <string>
#include <vector>

namespace cubby::cli {

// `words` without the program's own name.  The exit status; output and errors are printed.
int run_command_line(const std::vector<std::string>& words);

}  // namespace cubby::cli
