#pragma once
// The phases of a start.  Declaration order is run order; the side that runs a phase follows from the phase, and so do
// the points where one side waits for the other.

#include <cstddef>
#include <cstdint>

namespace cubby {

enum class Phase : uint8_t {
    host_prepare,      // parent: before the clone
    parent_idmap,      // parent: the child exists and waits; what is mapped by its user namespace
    child_userns,      // child: host paths are opened, still with the user's own rights; then it becomes root inside
    parent_cgroup,     // parent
    parent_net,        // parent
    child_net,         // child
    child_mounts,      // child: every mount that will be needed is made, detached
    child_pivot,       // child: the new root is entered and the old one let go
    child_tree,        // child: mounts are attached inside the new root; there is no way back to the old one
    child_identity,    // child: session, limits, ids
    child_privileges,  // child: no_new_privs, security modules, filter, capabilities
    parent_ready,      // parent: all is made, the first process waits
    child_exec,        // child: the last one
};

inline constexpr size_t kPhaseCount = 13;

enum class Side : uint8_t { parent, child };

[[nodiscard]] constexpr Side side_of(Phase phase) noexcept {
    switch (phase) {
        case Phase::host_prepare:
        case Phase::parent_idmap:
        case Phase::parent_cgroup:
        case Phase::parent_net:
        case Phase::parent_ready: return Side::parent;
        case Phase::child_userns:
        case Phase::child_net:
        case Phase::child_mounts:
        case Phase::child_pivot:
        case Phase::child_tree:
        case Phase::child_identity:
        case Phase::child_privileges:
        case Phase::child_exec: return Side::child;
    }
    __builtin_unreachable();
}

// "child_mounts"
[[nodiscard]] const char* phase_name(Phase phase) noexcept;

}  // namespace cubby
