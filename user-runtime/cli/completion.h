#pragma once
// Completion for shells, from the rows.

#include <string>
#include <vector>

#include "cli/command.h"

namespace cubby::cli {

[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

// What a shell offers for the operands of a command, or of one of its verbs.
struct OperandOffer {
    const Verb* verb = nullptr;
    size_t index = 0;   // without the verb
    bool rest = false;  // and every later one
    Complete complete = Complete::nothing;
};
[[nodiscard]] std::vector<OperandOffer> operand_offers(const Command& command);

// cubby's commands and those of LXC.
[[nodiscard]] std::vector<const Command*> completed_commands();

// The options of a command that are worth an offer: its own, and for one of LXC's those of its family too.
[[nodiscard]] std::vector<Option> offered_options(const Command& command);

// Whether the word behind the option is its value.
[[nodiscard]] constexpr bool takes_word(const Option& option) noexcept {
    return option.value != nullptr && !option.optional;
}

// A command's name and its aliases.
[[nodiscard]] std::vector<std::string> all_names(const Command& command);

// The command line that prints what may be offered, one a line, or nullptr where the shell knows by itself.
[[nodiscard]] const char* offering_command(Complete complete) noexcept;

// One word for a shell: '…'
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace cubby::cli
