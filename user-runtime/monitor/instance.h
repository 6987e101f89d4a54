#pragma once
// The traces of a running container that other commands find: the control socket in the runtime directory, and the file
// `monitor` in the container's own directory, locked by the monitor for as long as it lives.  The lock is the truth: a
// file that nobody locks is a leftover.  When the runtime directory was lost, a signal makes the monitor listen anew.

#include <csignal>
#include <optional>
#include <string>

#include "base/names.h"
#include "kernel/lock.h"
#include "kernel/root.h"

namespace cubby {

// Asks the holder of a mark for a new control socket.  Ignored by default (signal(7)): it may come before that one is ready
// for it, and must end nobody.
inline constexpr int kListenSignal = SIGURG;

// Where sockets of the containers of one lxcpath are: RUNTIME/cubby/<hash of the path>.
Result<Root> socket_dir(const std::string& lxcpath);
// The socket's name in that directory.
Result<RelPath> socket_name(const ContainerName& name);

// Taken by a monitor before it starts anything; Code::wrong_state when the container runs already.
//
// A second lock, on the file `storage`, is held until the process ends: a container is stopped when its processes are
// gone, but its root file system may still be syncing then.  Who starts it next waits for that, at most 30 s.
class RunningMark {
  public:
    // `directory`: the container's; none for a container without one.
    static Result<RunningMark> take(const Root& directory, const ContainerName& name);
    // Writes who we are into the file.
    Status sign() const;
    // Gives up the mark and removes its file: from now on the container is stopped.  The storage stays locked.
    void end(const Root& directory) noexcept;

  private:
    RunningMark(Fd fd, FileLock storage) noexcept : fd_(std::move(fd)), storage_(std::move(storage)) {}
    Fd fd_;
    FileLock storage_;
};

// The monitor's pid from a locked mark; nothing when the container does not run.
Result<std::optional<pid_t>> running_monitor(const Root& directory);

// An order to whoever opens the container next (the intent "destroy" of container/store.h): a container that goes with
// its end is gone, even where the monitor is killed before it has removed it.
Status mark_for_removal(const Root& directory);

// Remembered after the end: how PID 1 ended.  Lives in the file `exit` of the container's directory.  A monitor that was
// killed took its container along: then it reads as 137.
Status write_last_exit(const Root& directory, int shell_code);
[[nodiscard]] std::optional<int> read_last_exit(const Root& directory);

}  // namespace cubby
