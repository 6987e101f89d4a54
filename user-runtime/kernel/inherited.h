#pragma once
// Descriptors that came with a fork.

#include "base/result.h"

namespace cubby {

// In a child that will be inside a container without an exec in between: closes every open directory, each a door to the
// host's tree (and some of them locks of the parent's), and marks the other descriptors above 2 close-on-exec.  `keep` is
// a directory of the container's own that stays open, or -1.
Status shed_inherited(int keep = -1) noexcept;

// In a child that lives on beside its parent: keeps `socket`, as descriptor kKeptSocket, and nothing else of the parent's:
// its locks end with it, and who reads its standard output waits for that one's end.
inline constexpr int kKeptSocket = 3;
Status keep_only(int socket) noexcept;

}  // namespace cubby
