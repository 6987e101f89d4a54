#pragma once
// The backends that this build knows.

#include <span>

#include "storage/backend.h"

namespace cubby {

// In the order in which they are asked.
[[nodiscard]] std::span<const Backend* const> backends() noexcept;

// The backend of a rootfs; Code::unsupported names the word that no backend knows.
Result<const Backend*> backend_of(const RootfsSpec& rootfs);
// By its word ("dir", "overlay"); Code::usage for an unknown one, with the known ones.
Result<const Backend*> find_backend(std::string_view name);

}  // namespace cubby
