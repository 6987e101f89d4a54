#pragma once
// What a process that is to be attached needs to know of a running container: its monitor's description.

#include <memory>
#include <string>
#include <vector>

#include "container/places.h"
#include "launch/attach.h"
#include "monitor/client.h"

namespace cubby {

struct AttachFacts {
    protocol::AttachFacts plain;
    std::vector<std::vector<sock_filter>> filters;
    std::vector<LabelStep> labels;
    LandlockStep landlock;
    std::vector<std::string> environment;
    Fd pidfd;
    Fd devpts;  // root of the container's devpts, where it has one
    pid_t pid = -1;
    std::shared_ptr<MonitorClient> monitor;  // for what comes up on the way
};

// Code::wrong_state when the container does not run, Code::not_found when there is none.
Result<AttachFacts> ask_attach_facts(const Places& places, const ContainerName& name);

// The namespaces and the confinement of an attached process; what runs, and as whom, is left to the caller.  `facts` live
// until it has been attached.
[[nodiscard]] launch::AttachInput attach_input(const AttachFacts& facts);

}  // namespace cubby
