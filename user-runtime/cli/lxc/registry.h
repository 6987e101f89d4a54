#pragma once
// THE list of LXC's commands.

#include <span>
#include <string>
#include <string_view>

#include "cli/lxc/row.h"

namespace cubby::cli {

// In the order of their names.
[[nodiscard]] std::span<const LxcCommand* const> lxc_commands() noexcept;
// "lxc-start"; nullptr: there is none.
[[nodiscard]] const LxcCommand* find_lxc_command(std::string_view name) noexcept;
// The command of LXC with the most similar name, or an empty string.
[[nodiscard]] std::string nearest_lxc_command(std::string_view name);

}  // namespace cubby::cli
