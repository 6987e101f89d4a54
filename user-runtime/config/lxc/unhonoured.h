#pragma once
// What this version of cubby does not do, by key.  Every key of LXC has a row in the tables of tables.h and keeps its
// value; the ones that are also here have no effect yet, or only a part of it.  None is dropped silently: those whose
// absence weakens a container stop the start, the others are reported.

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
    const char* neutral;  // blank separated values that ask for nothing, or ""
    const char* reason;   // what does not happen
};

// All of them, sorted by name.
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
