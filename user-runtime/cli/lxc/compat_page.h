#pragma once
// docs/lxc-compat-commands.md, from the rows.

#include <string>

namespace cubby::cli {

// Markdown: every command of LXC and every option, how far it goes here, and the test that shows it.
[[nodiscard]] std::string lxc_compat_page();

}  // namespace cubby::cli
