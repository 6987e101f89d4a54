#pragma once
// The process whose new user namespace gets the maps, given as a pidfd and never by number.

#include <cstdint>

#include "setuid-helpers/idmap/refusal.h"

namespace cubby::idmap {

inline constexpr int kTarget = 3;  // the descriptor

// Its files, opened once; each stays bound to the one namespace, whatever the process does afterwards.
struct Target {
    int uid_map = -1;
    int gid_map = -1;
    int setgroups = -1;
};

// The process must be in a user namespace that the caller (his real id) owns, a child of this program's own, with nothing
// mapped in it yet.
Refusal open_target(uint32_t caller, Target& target) noexcept;

}  // namespace cubby::idmap
