#pragma once
// Running a further program, or a function of the caller's, in a container that runs already.

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
    bool linux32 = false;  // uname(2) tells an architecture of 32 bits
    // Where `namespaces` has no mount namespace: one of its own, a copy of the caller's, in which /proc is the entered pid
    // namespace's and /sys the entered network namespace's.
    bool remount_proc_sys = false;
    CapSet keep_capabilities = ~CapSet{0};
    bool no_new_privs = false;
    bool new_keyring = true;
    std::vector<std::vector<sock_filter>> filters;  // loaded in order
    std::vector<LabelStep> labels;
    LandlockStep landlock;
    uint32_t processes = 0;  // the limit of processes, 0: none
    int devpts = -1;         // with a terminal: root of the container's devpts, else -1
    // Without a terminal; a function has them beside it as well, and the terminal in place of those that are terminals.
    std::array<int, 3> stdio{0, 1, 2};
    Reports reports = {};
};

// Like launch(): returns when the program has been exec'd.  The caller's own namespaces do not change.
Result<Launched> attach(const AttachInput& input);

// Runs inside, in a child of the caller with a copy of his memory; its result is the exit status.
struct AttachFunction {
    int (*run)(void* argument);
    void* argument;
};

// As attach(), with a function instead of argv and init_program, for a caller that may have threads: the child is
// a fork(2)'s.  Returns when the function is about to run.
//
// What the child holds of the host's: it has lost every directory that the caller had open, and the other descriptors
// are close-on-exec.  It is not dumpable while the function runs, so that nobody in the container can trace it or read
// its memory.  It outlives the thread that made it.
Result<Launched> attach_function(const AttachInput& input, const AttachFunction& function);

}  // namespace cubby::launch
