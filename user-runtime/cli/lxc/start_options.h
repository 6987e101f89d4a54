#pragma once
// What lxc-start and lxc-execute say in the same way.

#include "cli/context.h"

namespace cubby::cli {

// The name, the words after --, and -f or --rcfile, -s, -L and --share-*.
Result<StartRequest> lxc_start_request(const Context& context);

}  // namespace cubby::cli
