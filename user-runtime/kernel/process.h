#pragma once
// Processes are pidfds.  A pid number is printed, never acted on.

#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

// clone3(2) with CLONE_PIDFD and SIGCHLD.  In the child `pid` is 0.  Only to be called by a single-threaded process
// that was exec'd for this: in a child of a multi-threaded one, any allocation may deadlock.
struct Cloned {
    pid_t pid = -1;
    Fd pidfd;
};
Result<Cloned> clone_process(uint64_t flags) noexcept;
// fork(3), by which the C library puts its own locks right: for a caller that may have threads.
Result<Cloned> fork_process() noexcept;

Result<Fd> open_pidfd(pid_t pid) noexcept;
Status send_signal(int pidfd, int signal) noexcept;  // ESRCH (already gone) is success

// How a process ended.
struct ExitStatus {
    bool signaled = false;
    int value = 0;  // exit code, or signal number
    // The shell's convention: the code, or 128 + signal.
    [[nodiscard]] int shell_code() const noexcept { return signaled ? 128 + value : value; }
};
// Waits for one child, restarting after EINTR.
Result<ExitStatus> wait_child(int pidfd) noexcept;
// Waits until the process has ended, at most `timeout_ms` (-1: for ever).  False: it still lives.
Result<bool> wait_ended(int pidfd, int timeout_ms) noexcept;

// Starts a program: argv[0] is an absolute path, no shell is involved.  The child gets exactly `environment`,
// descriptors 0-2 as given (-1: /dev/null), and of the others only those without close-on-exec.
struct Command {
    std::vector<std::string> argv;
    std::vector<std::string> environment;
    int in = -1;
    int out = -1;
    int err = -1;
    int keep = -1;     // one more descriptor that crosses,
    int keep_as = -1;  // under this number (-1: its own)
};
struct Spawned {
    pid_t pid = -1;
    Fd pidfd;
};
Result<Spawned> spawn(const Command& command) noexcept;

// Whether the calling process has exactly one thread (/proc/self/task).
[[nodiscard]] bool single_threaded() noexcept;

// Boot id (/proc/sys/kernel/random/boot_id) and start time in clock ticks (field 22 of /proc/PID/stat): together with
// the pid they name a process for ever.  Hints for state files only.
Result<std::string> boot_id();
Result<uint64_t> start_time(pid_t pid);

}  // namespace cubby
