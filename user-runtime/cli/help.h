#pragma once
// `cubby help` and --help, from the rows.

#include <string>
#include <vector>

#include "cli/command.h"

namespace cubby::cli {

[[nodiscard]] std::string help_text();
[[nodiscard]] std::string help_text(const Command& command);
// The commands of LXC.
[[nodiscard]] std::string lxc_help_text();

// "-t, --template TEMPLATE"; letters that the command uses for something else are left out of the program's options.
[[nodiscard]] std::string option_form(const Command& command, const Option& option);

// The exit codes that hold for a command, its own meanings in place of the usual ones, by number.
[[nodiscard]] std::vector<ExitRow> exit_rows_of(const Command& command);

}  // namespace cubby::cli
