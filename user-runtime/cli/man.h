#pragma once
// Manual pages (man(7)) from the rows.

#include <string>
#include <vector>

#include "cli/command.h"

namespace cubby::cli {

struct ManualPage {
    std::string file;  // "cubby-create.1"
    std::string roff;
};

// cubby(1), one page a command, and cubby-config-keys(5).
[[nodiscard]] std::vector<ManualPage> manual_pages();

[[nodiscard]] ManualPage program_page();
[[nodiscard]] ManualPage command_page(const Command& command);
[[nodiscard]] ManualPage keys_page();

// A text with everything escaped that roff would understand.
[[nodiscard]] std::string roff_text(std::string_view text);

}  // namespace cubby::cli
