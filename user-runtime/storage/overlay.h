#pragma once
// Read-only trees under one writable directory (overlayfs, option userxattr): a container on a cached image costs two empty
// directories.

#include "storage/backend.h"

namespace cubby {

// Layout of a new one, as LXC's: DIRECTORY/overlay/delta (the upper) and DIRECTORY/overlay/work.
[[nodiscard]] const Backend& overlay_backend() noexcept;

// The work directory of an upper: its sibling "work".
[[nodiscard]] std::string overlay_work_of(const std::string& upper);

}  // namespace cubby
