#pragma once
// THE list of commands, and the options that all of them share.

#include <span>
#include <string>
#include <string_view>

#include "cli/command.h"

namespace cubby::cli {

// In the order of `cubby help`.
[[nodiscard]] std::span<const Command* const> commands() noexcept;
// By name or alias; nullptr: there is none.
[[nodiscard]] const Command* find_command(std::string_view word) noexcept;
// The command with the most similar name or alias, or an empty string.
[[nodiscard]] std::string nearest_command(std::string_view word);

// `cubby` itself: its options may stand before the command and after it; the command is its tail.
[[nodiscard]] const Command& program() noexcept;
// What a command belongs to, and has the options of: cubby, or the family of LXC's commands.
[[nodiscard]] const Command& whole_of(const Command& command) noexcept;

[[nodiscard]] const char* group_title(Group group) noexcept;

}  // namespace cubby::cli
