#pragma once
// Boost.Program_options behind one function: its headers are slow to compile, and its exceptions end here.

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command_line.h"

namespace cubby::cli {

struct OptionsAndOperands {
    Parsed::Given options;
    std::vector<std::string> operands;
};

// `words` holds no "--".  Long names count only in full.
Result<OptionsAndOperands> parse_options(const Command& command, const std::vector<std::string>& words);

// The option with this letter or long name: the command's own before those of the program; nullptr: none.
[[nodiscard]] const Option* find_option(const Command& command, char letter, std::string_view name) noexcept;

}  // namespace cubby::cli
