#pragma once
// Names of machines, as lxc.arch and lxc-attach -a take them.

#include <optional>
#include <string_view>

#include "spec/container_spec.h"

namespace cubby {

// All that matters of "i686", "amd64", "arm64" and so on is whether it has 32 bits.  Nothing for another word.
[[nodiscard]] std::optional<Personality> parse_personality(std::string_view machine) noexcept;

}  // namespace cubby
