#pragma once
// Running a plan.  The caller must be single-threaded (freshly exec'd) and inside the holder's user namespace, where it
// is root over its own id range and nothing else on the host changes for it.

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "kernel/process.h"
#include "plan/start_plan.h"

namespace cubby::launch {

// A namespace of somebody else, opened, that the container enters instead of getting a new one.
struct EnteredNamespace {
    Ns ns;
    int fd;
};

// Who is told of what comes up on the way.
struct Reports {
    std::function<void(const char* line)> hook_output = {};  // of hooks in the container's namespaces
    // A listener for the system calls that a filter notifies, from now on (seccomp_unotify(2)), and the first process;
    // without it a filter that notifies is an error.
    std::function<Status(Fd listener, pid_t pid)> seccomp_listener = {};
};

struct Input {
    const StartPlan& plan;
    int init_program;                       // cubby-init as a sealed memfd
    std::array<int, 3> stdio{0, 1, 2};      // what the container's 0-2 become; a console of the plan goes before
    std::vector<EnteredNamespace> entered;  // in plan.shared's order
    bool timings = false;
    // Runs the commands of a HostHooksStep, told the container's first process where it exists already, and those that
    // undo it when the start has failed; without them such a step is an error.
    std::function<Status(Hook hook, const Cloned* child)> host_hooks = {};
    std::function<void(Hook hook)> undo_host_hooks = {};
    Reports reports = {};
    // What goes on after Phase::host_prepare, where that may change what the rest of the start is about
    // (StartPlan::provisional): an Input with the same steps in that phase, which outlives the launch.
    std::function<Result<const Input*>()> rest = {};
};

struct Launched {
    pid_t pid = -1;        // for printing
    Fd pidfd;              // the container's first process; our child
    Fd console;            // master of the console, where the plan has one
    std::vector<Fd> ttys;  // masters of the terminals beside it, in their order
    Fd devpts;             // root of the container's devpts, for later ptys
    Fd root;  // the root mount; while it is held, the end of the container does not wait for its file system's
              // sync, which the last holder's close does
    std::vector<std::string> lost;       // isolation that the host did not allow, in words
    std::vector<uint32_t> microseconds;  // with Input::timings: per step of the plan
};

// Returns when the first program has been exec'd, or with the error of the step that failed and nothing left behind: the
// child is killed, then what the starter's own steps did to the host is undone in reverse.
Result<Launched> launch(const Input& input);

}  // namespace cubby::launch
