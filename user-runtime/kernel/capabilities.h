#pragma once
// Capability sets (capabilities(7)).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cubby {

// A set of capabilities as bits 1 << CAP_*.
using CapSet = uint64_t;

// All capabilities that the running kernel knows (/proc/sys/kernel/cap_last_cap by probing PR_CAPBSET_READ).
[[nodiscard]] CapSet all_capabilities() noexcept;

// "chown", "CAP_CHOWN" and "cap_chown" name the same; nothing for an unknown name.  From libcap's table.
[[nodiscard]] std::optional<unsigned> parse_capability(std::string_view name);
// "chown" for CAP_CHOWN; a number for one that libcap does not know.
[[nodiscard]] std::string capability_name(unsigned capability);

// Makes all permitted capabilities effective: a change from root to another user clears the effective set even where
// PR_SET_KEEPCAPS keeps the permitted one.
Status raise_permitted() noexcept;

// Empties the effective and the permitted set, as an exec by a user other than root does.
Status drop_permitted() noexcept;

// Limits the calling process to `keep`: bounding set, then permitted, effective; inheritable and ambient are emptied
// (CVE-2022-24769: inheritable ones would cross into file capabilities).  Read back; a difference is an error.
Status limit_capabilities(CapSet keep) noexcept;

}  // namespace cubby
