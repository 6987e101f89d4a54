#pragma once
// Descriptors that came with a fork.

#include "base/result.h"

namespace cubby {

// In a child that will be inside a container without an exec in between: closes every open directory, each a door to the
// host's tree (and some of them locks of the parent's), and marks the other descriptors above 2 close-on-exec.
Status shed_inherited() noexcept;

}  // namespace cubby
