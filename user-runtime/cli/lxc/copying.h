#pragma once
// lxc-copy, lxc-clone, lxc-start-ephemeral and cubby copy.

#include <string>
#include <vector>

#include "cli/context.h"

namespace cubby::cli {

// "NAME_XXXXXX" with six letters and digits at random, as LXC names an ephemeral copy.
Result<ContainerName> ephemeral_name(const ContainerName& original);

// Refuses -B with a backend that a copy cannot be put on: a copy has its original's.
Status check_copy_backend(const Parsed& line, const char* option);

// An ephemeral copy, started in the background; in the foreground, where `request` says so, until it ends.
struct EphemeralRequest {
    CopyRequest copy;
    std::vector<std::string> init;  // replaces its init
    std::vector<Setting> settings;  // of this start
    bool foreground = false;
};
// The exit status.  What could not be started is removed again.
Result<int> start_copy(const Places& places, const EphemeralRequest& request);

}  // namespace cubby::cli
