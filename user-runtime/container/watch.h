#pragma once
// Changes of containers' states as they come: monitors tell those who are connected, and the kernel tells of containers,
// marks and sockets that come and go.  The clock is used in one case: a mark whose file was closed, or whose monitor is
// silent, may still look locked for a moment; it is looked at again after 20 ms, then at growing distances of at most
// 1.3 s, until it is clear how it stands.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "container/places.h"
#include "kernel/directory_watch.h"
#include "monitor/state.h"

namespace cubby {

struct StateChange {
    std::string name;
    State state = State::stopped;
    std::optional<int> exit_status;  // with `stopped`: how its first process ended, as a shell shows it
};

struct StateWatcher {
    std::function<bool(const std::string& name)> wanted;  // which containers
    std::function<bool(const StateChange& change)> told;  // false: enough
};

// Tells each change from now on, those that were passed through on the way between two others included: STARTING before
// RUNNING, ABORTING where a start has failed.  Ends when `told` gives false.
//
// Who is told late is told of each run all the same, in its order, but of one that a later run has followed meanwhile
// neither STOPPING nor the exit status.  Runs are lost only where the kernel's queue overflows
// (/proc/sys/fs/inotify/max_queued_events, 16384), or where a monitor is killed and its container started again meanwhile.
// Code::busy: no more watches (inotify), or the container has as many watchers as it takes (48).
Status watch_states(const std::vector<Places>& places, const StateWatcher& watcher);

// Waits until a monitor begins to listen in `places`, at most `timeout_ms` (-1: for ever).  False: the time is over.
class ListenerWatch {
  public:
    static Result<ListenerWatch> begin(const Places& places);
    // Counted from begin() or from the last call.  True also where the directory of sockets was lost: look again.
    Result<bool> wait(int timeout_ms);

  private:
    ListenerWatch(const Places& places, DirectoryWatch sockets) noexcept
        : places_(&places), sockets_(std::move(sockets)) {}
    const Places* places_;
    DirectoryWatch sockets_;
};

}  // namespace cubby
