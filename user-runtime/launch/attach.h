#pragma once
// Running a further program in a container that runs already.

#include <array>
#include <string>
#include <vector>

#include "launch/launch.h"

namespace cubby::launch {

struct AttachInput {
    int init_pidfd;    // the container's first process
    NsSet namespaces;  // those that are not the host's
    int init_program;  // cubby-init as a sealed memfd
    std::vector<std::string> argv;
    std::vector<std::string> environment;
    std::string cwd = "/";
    IdentityStep identity{};
    CapSet keep_capabilities = ~CapSet{0};
    bool no_new_privs = false;
    bool new_keyring = true;
    std::vector<std::vector<sock_filter>> filters;  // loaded in order
    std::vector<LabelStep> labels;
    LandlockStep landlock;
    uint32_t processes = 0;             // the limit of processes, 0: none
    int devpts = -1;                    // with a terminal: root of the container's devpts, else -1
    std::array<int, 3> stdio{0, 1, 2};  // without a terminal
};

// Like launch(): returns when the program has been exec'd.  The caller's own namespaces do not change.
Result<Launched> attach(const AttachInput& input);

}  // namespace cubby::launch
