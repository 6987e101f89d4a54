#pragma once
// The last step of compile(): from a draft to a spec, where several keys act together.

#include "config/lxc/draft.h"
#include "config/lxc/include.h"

namespace cubby::lxc {

// The spec that a draft stands for.  Errors begin with the key that they are about.
Result<ContainerSpec> finish(const Draft& draft, const std::string& container_dir, const IncludeReader& reader);

}  // namespace cubby::lxc
