#pragma once
// The section of commands in docs/lxc-compat.md, from the rows.

#include <string>

namespace cubby::cli {

// Markdown: every command of LXC and every option, how far it goes here, and the test that shows it.
[[nodiscard]] std::string lxc_compat_page();

}  // namespace cubby::cli
