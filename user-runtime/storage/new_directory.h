#pragma once
// New directories for a container's root.

#include <span>
#include <string>

#include "storage/backend.h"

namespace cubby {

struct NewDirectory {
    std::string path;  // absolute host path; what is above it exists and is the user's
    std::string like;  // directory whose owner and mode it gets; empty: the container's root, 0755
};

// Makes them all, or none after an error.
Status make_directories(std::span<const NewDirectory> wanted, const ContainerIds& ids);

}  // namespace cubby
