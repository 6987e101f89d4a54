#pragma once
// A plain directory as the root file system.

#include "storage/backend.h"

namespace cubby {

[[nodiscard]] const Backend& dir_backend() noexcept;

}  // namespace cubby
