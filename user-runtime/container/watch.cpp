#include "container/watch.h"

#include <memory>

#include "container/place_watch.h"
#include "kernel/unix_socket.h"

namespace cubby {

Status watch_states(const std::vector<Places>& places, const StateWatcher& watcher) {
    EventLoop loop = TRY(EventLoop::make());
    std::vector<std::unique_ptr<PlaceWatch>> watches;
    for (const Places& place : places) {
        DirectoryWatch directories = TRY(DirectoryWatch::make());
        watches.push_back(std::make_unique<PlaceWatch>(place, watcher, loop, std::move(directories)));
        TRY(watches.back()->begin());
    }
    TRY(loop.run());
    for (const auto& watch : watches) {
        TRY(Status(watch->ended()));
    }
    return {};
}

Result<ListenerWatch> ListenerWatch::begin(const Places& places) {
    DirectoryWatch sockets = TRY(DirectoryWatch::make());
    TRY(watch_sockets(places, sockets));
    return ListenerWatch(places, std::move(sockets));
}

Result<bool> ListenerWatch::wait(int timeout_ms) {
    if (auto ready = wait_readable(sockets_.fd(), timeout_ms, "a monitor"); !ready) {
        return ready.error().code == Code::timeout ? Result<bool>(false) : std::unexpected(ready.error());
    }
    TRY(sockets_.take());
    TRY(watch_sockets(*places_, sockets_));  // where they were lost
    return true;
}

}  // namespace cubby
