#pragma once
// The configuration that one start is made with: the container's, or that of a file, with what the request changes.

#include "config/lxc/document.h"
#include "container/operations.h"
#include "kernel/root.h"

namespace cubby {

// `directory`: the container's; nullptr for one that has none, which then needs request.config_file.
Result<lxc::Document> document_for_start(const Places& places, const Root* directory, const StartRequest& request);

}  // namespace cubby
