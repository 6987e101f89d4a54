#pragma once
// The keys of LXC 1.0 and 2.0, under the names that LXC has for them since 2.1.  A document keeps its lines as they were
// written; only what they mean is translated.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/lxc/document.h"
#include "config/lxc/draft.h"

namespace cubby::lxc {

// One old name and the new one; of families, with a dot at their ends, the members keep their names.
struct LegacyName {
    const char* old_name;
    const char* name;  // nullptr: LXC has given the key up, and so a value of it means nothing
};

// All of them but lxc.network.* and lxc.cgroup.*, whose names depend on more; sorted.
[[nodiscard]] std::span<const LegacyName> legacy_names();

// Which interface the un-indexed lxc.network.* keys mean: each lxc.network.type begins a new one behind those that there
// are, the others belong to the one that was begun last.
struct LegacyNics {
    std::optional<uint32_t> latest;
    std::optional<uint32_t> highest;  // of all interfaces, however they were named
    bool operator==(const LegacyNics&) const = default;
};

// The name of today's key that an old name stands for, or nothing where `key` is no old name.  A key that was given up,
// and an lxc.network.* before any type, give an empty text.
[[nodiscard]] std::optional<std::string> modern_name(std::string_view key, const LegacyNics& nics);

// What a line does to the counting, before its name is asked for.
void count_nics(LegacyNics& nics, std::string_view key, std::string_view value);

// Today's names of the lines of a document, an empty text for a line without a key.
[[nodiscard]] std::vector<std::string> modern_names(const std::vector<Line>& lines);

// Takes a setting under an old name into the draft; assign() in config/lxc/key.h calls it, and is called by it.
Status assign_legacy(Draft& draft, std::string_view key, std::string_view value);

// The counting for the interfaces of a draft.
[[nodiscard]] LegacyNics nics_of(const Draft& draft);

}  // namespace cubby::lxc
