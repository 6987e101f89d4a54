#pragma once
// Filling a new container by a template of LXC.

#include <string>
#include <vector>

#include "base/id_range.h"
#include "container/operations.h"
#include "kernel/root.h"

namespace cubby {

struct LxcTemplateRun {
    std::string program;  // absolute path
    std::vector<std::string> args;
    std::string rootfs;  // absolute path of the new, empty root file system, which the container's root owns
    IdMaps maps;         // container → host ids
};

// Runs it as lxc-create does: as root of a user namespace with the container's ids and one more that stands for the user
// himself, with his environment, descriptors 0 to 2, and rights over his files.  `directory` is the container's, with a
// configuration that the template may change.  Afterwards the files beside the root file system are the user's, and the
// configuration begins with LXC's lines about the template.  An exit status that is not 0 is an error.
Status run_lxc_template(const Places& places, const ContainerName& name, const Root& directory,
                        const LxcTemplateRun& run);

}  // namespace cubby
