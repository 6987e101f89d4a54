#pragma once
// What lxc-ls prints.

#include <string>
#include <string_view>
#include <vector>

#include "container/operations.h"

namespace cubby::cli {

struct ListedContainer {
    Places places;
    Summary summary;
};

// Names in columns, each as wide as the longest and at least four, two blanks between them; `width` 1: one a line without blanks behind
// it, 0: one a line, padded, as LXC does where there is no terminal.
[[nodiscard]] std::string plain_listing(const std::vector<ListedContainer>& containers, size_t width);

// The table of lxc-ls -f, or nothing where there is no container: the `wanted` columns with commas.  The error for an unknown column is LXC's text.
Result<std::string> fancy_listing(const std::vector<ListedContainer>& containers, std::string_view wanted);

}  // namespace cubby::cli
