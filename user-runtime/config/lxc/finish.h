#pragma once
// The last step of compile(): from a draft to a spec, where several keys act together.

#include <cstdint>

#include "config/lxc/draft.h"
#include "config/lxc/include.h"

namespace cubby::lxc {

// Whether a draft asks for something that this version cannot give and may not leave out: a key that stops the start
// (config/lxc/unhonoured.h), a type of interface or of root file system.  Errors begin with the key.
Status check_supported(const Draft& draft);

// Of the files that keys name beside includes, what one that is not there means.
enum class Files : uint8_t {
    may_come,  // nothing yet, where the configuration has a lxc.hook.pre-start that can make it; else an error
    are_made,  // an error: the hooks have run
};

// The spec that a draft stands for.  Errors begin with the key that they are about.
Result<ContainerSpec> finish(const Draft& draft, const std::string& container_dir, const IncludeReader& reader,
                             Files files);

}  // namespace cubby::lxc
