#pragma once
// The traces of a running container that other commands find: the control socket in the runtime directory, and the file
// `monitor` in the container's own directory, locked by the monitor for as long as it lives.  The lock is the truth: a
// file that nobody locks is a leftover.  When the runtime directory was lost, SIGUSR1 makes the monitor listen anew.

#include <optional>
#include <string>

#include "base/names.h"
#include "kernel/root.h"

namespace cubby {

// Where sockets of the containers of one lxcpath are: RUNTIME/cubby/<hash of the path>.
Result<Root> socket_dir(const std::string& lxcpath);
// The socket's name in that directory.
Result<RelPath> socket_name(const ContainerName& name);

// Taken by a monitor before it starts anything; Code::wrong_state when the container runs already.
class RunningMark {
public:
    // `directory`: the container's; none for a container without one.
    static Result<RunningMark> take(const Root& directory, const ContainerName& name);
    // Writes who we are into the file.
    Status sign() const;
    // Removes the file; done at the end of the container.
    static void remove(const Root& directory);

private:
    explicit RunningMark(Fd fd) noexcept : fd_(std::move(fd)) {}
    Fd fd_;
};

// The monitor's pid from a locked mark; nothing when the container does not run.
Result<std::optional<pid_t>> running_monitor(const Root& directory);

// Remembered after the end: how PID 1 ended.  Lives in the file `exit` of the container's directory.
Status write_last_exit(const Root& directory, int shell_code);
[[nodiscard]] std::optional<int> read_last_exit(const Root& directory);

}  // namespace cubby
