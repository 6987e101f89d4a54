#pragma once
// The keys of LXC that this version of cubby has no row for.  None is dropped silently: those whose absence weakens a
// container (limits, confinement, hooks that prepare its start) stop the start, the others are reported.

#include <span>
#include <string>
#include <string_view>

#include "config/lxc/draft.h"

namespace cubby::lxc {

enum class Weight : uint8_t {
    note,    // reported by info and plan
    refuse,  // stops the start
};

struct Unhonoured {
    const char* name;  // a family's ends in a dot
    Weight weight;
    bool adds_up;         // several lines count, not only the last
    const char* neutral;  // blank separated values that ask for nothing, or ""
    const char* reason;   // what does not happen
};

// All of them, sorted by name; together with the tables of tables.h they are the keys of LXC 7.0.
[[nodiscard]] std::span<const Unhonoured> unhonoured_keys();

// The row of a key, or nullptr.  The longest family wins.
[[nodiscard]] const Unhonoured* find_unhonoured(std::string_view name) noexcept;

// Whether this value of the key stops the start.
[[nodiscard]] bool stops_start(const Unhonoured& key, std::string_view value) noexcept;
// Whether this value asks for nothing at all, so that there is nothing to report.
[[nodiscard]] bool is_neutral(const Unhonoured& key, std::string_view value) noexcept;

// "KEY is not supported by this version of cubby: REASON; remove the line, or …".
[[nodiscard]] Error refusal(std::string_view name, const Unhonoured& key);

}  // namespace cubby::lxc
