#pragma once
// From a command line to the facade's requests: everything is checked here that can be checked without looking at a
// container.

#include "cli/context.h"
#include "container/operations.h"

namespace cubby::cli {

Result<CreateRequest> create_request(const Context& context);
Result<StartRequest> start_request(const Context& context);
Result<RunRequest> run_request(const Context& context);
Result<AttachRequest> attach_request(const Context& context);

// Without the name: `cubby stop` takes several.
struct StopOptions {
    int timeout_s = 60;
    bool kill = false;
    bool reboot = false;
};
Result<StopOptions> stop_options(const Context& context);

struct WaitRequest {
    std::vector<State> states;
    int timeout_s = -1;
};
Result<WaitRequest> wait_request(const Context& context);

// --userns of create and run.
UserNs userns_of(const Parsed& line);
// The -e options of run and attach.
Result<std::vector<std::string>> environment_of(const Context& context);

}  // namespace cubby::cli
