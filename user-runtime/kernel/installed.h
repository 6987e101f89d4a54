#pragma once
// Where this copy of cubby keeps its other programs and data.  An installed tree may be moved, and a build tree works
// too: places are found from the path of the running program, never from the environment.

#include <string>
#include <string_view>

#include "base/result.h"

namespace cubby {

// Places are found from the shared object that holds this code from now on, and not from the running program: for a
// library in somebody else's process.
void find_beside_library() noexcept;

// Absolute path of "cubby-monitor", "cubby-init", "cubby-holder": beside the running program, else
// PREFIX/libexec/cubby.
Result<std::string> installed_program(std::string_view name);
// Absolute path of a directory below PREFIX/share/cubby ("templates"), or of the source tree for a build tree.
Result<std::string> installed_data(std::string_view name);

}  // namespace cubby
