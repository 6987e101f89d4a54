#pragma once
// The child's half of a start: everything is prepared before the clone, nothing is allocated after it.

#include <array>
#include <vector>

#include "base/fd.h"
#include "launch/launch.h"

namespace cubby::launch {

// Argument and environment arrays for execve, pointing into the plan.
struct ExecArrays {
    std::vector<const char*> argv;
    std::vector<const char*> environment;
};
ExecArrays exec_arrays(const ExecStep& step);
ExecArrays exec_arrays(const HookStep& step);

struct ChildState {
    const StartPlan& plan;
    int socket;  // to the starter
    int init_program;
    std::array<int, 3> stdio;
    std::vector<Fd> slots;
    Fd terminal;  // peer of the console, once there is one
    ExecArrays exec;
    bool timings = false;
    size_t current = 0;  // index of the running step
    int root = -1;       // the container's root directory, once it is entered
    // Whether the covers of masked paths are in the tree already.
    bool null_attached = false;
    bool empty_attached = false;
    std::vector<ExecArrays> hooks{};  // of the HookSteps, in their order
    size_t next_hook = 0;
};

ChildState prepare_child(const Input& input, int socket);

// Runs the child's segments and execs; on failure sends the error and ends.  Never returns.
[[noreturn]] void child_main(ChildState& state) noexcept;

// One overload a step: the build breaks until a new step has its runner.
Status run(const IdMapStep&, ChildState&) noexcept;
Status run(const MappedBindStep&, ChildState&) noexcept;
Status run(const HostHooksStep&, ChildState&) noexcept;
Status run(const OpenStep&, ChildState&) noexcept;
Status run(const CloneTreeStep&, ChildState&) noexcept;
Status run(const AssumeRootStep&, ChildState&) noexcept;
Status run(const TimeOffsetStep&, ChildState&) noexcept;
Status run(const LoopbackStep&, ChildState&) noexcept;
Status run(const FsMountStep&, ChildState&) noexcept;
Status run(const OverlayStep&, ChildState&) noexcept;
Status run(const SysctlStep&, ChildState&) noexcept;
Status run(const OpenSettingsStep&, ChildState&) noexcept;
Status run(const LimitsStep&, ChildState&) noexcept;
Status run(const StageStep&, ChildState&) noexcept;
Status run(const HookStep&, ChildState&) noexcept;
Status run(const PivotStep&, ChildState&) noexcept;
Status run(const AttachStep&, ChildState&) noexcept;
Status run(const InnerBindStep&, ChildState&) noexcept;
Status run(const MakeDirStep&, ChildState&) noexcept;
Status run(const SymlinkStep&, ChildState&) noexcept;
Status run(const RemountStep&, ChildState&) noexcept;
Status run(const MaskStep&, ChildState&) noexcept;
Status run(const ConsoleStep&, ChildState&) noexcept;
Status run(const TtyStep&, ChildState&) noexcept;
Status run(const HostnameStep&, ChildState&) noexcept;
Status run(const RlimitStep&, ChildState&) noexcept;
Status run(const ProcSettingStep&, ChildState&) noexcept;
Status run(const KeyringStep&, ChildState&) noexcept;
Status run(const SessionStep&, ChildState&) noexcept;
Status run(const IdentityStep&, ChildState&) noexcept;
Status run(const WorkDirStep&, ChildState&) noexcept;
Status run(const PersonalityStep&, ChildState&) noexcept;
Status run(const CoreSchedulingStep&, ChildState&) noexcept;
Status run(const NoNewPrivsStep&, ChildState&) noexcept;
Status run(const SeccompStep&, ChildState&) noexcept;
Status run(const CapsStep&, ChildState&) noexcept;
Status run(const LabelStep&, ChildState&) noexcept;
Status run(const LandlockStep&, ChildState&) noexcept;
Status run(const DeathSignalStep&, ChildState&) noexcept;
Status run(const ExecStep&, ChildState&) noexcept;

// Between entering and exec, root of a container must not reach into this process: while it is not dumpable, nobody below
// the namespace of our own exec may trace it or read its descriptors (CVE-2016-8649, ptrace(2)).  Each change of an
// effective or file system id sets that to fs.suid_dumpable (commit_creds(), kernel/cred.c), and wants another call right
// behind it: on a host that has 1 there, the moment between the two is all that is left.
void refuse_tracing() noexcept;

// Resets what a starter may have left: signal dispositions and mask, umask, dumpable stays as it is.
void reset_process() noexcept;

// A copy of a descriptor above those that a program begins with, close-on-exec.
int move_up(int fd) noexcept;
Status refuse_directories(const std::array<int, 3>& stdio) noexcept;
// Installs the three as 0-2; directories are refused.
Status install_stdio(const std::array<int, 3>& stdio) noexcept;

// Installs stdio as 0-2, the socket as 3 and the program as 4, closes the rest, and becomes cubby-init.
Status exec_init(int init_program, int socket, const std::array<int, 3>& stdio, const ExecArrays& arrays) noexcept;

}  // namespace cubby::launch
