#pragma once
// How a container's state is followed, of one lxcpath (container/watch.h).

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "container/watch.h"
#include "kernel/event_loop.h"
#include "kernel/root.h"

namespace cubby {

struct SocketWatches {
    int sockets = -1;
    int runtime = -1;
};

// Watches for new sockets of an lxcpath, in a directory that may have to be made anew.  It is not held open: that, as an open
// descriptor of a monitor's does, would keep its end from being told.
Result<SocketWatches> watch_sockets(const Places& place, DirectoryWatch& directories);

// The containers of one lxcpath.
//
// Directories tell of marks and sockets in their order, and may be heard late: what is found then may be a later run's.
// So a connection or an exit status counts only where no event that waits speaks of a later run; and what a monitor has
// said is heard before the next event of its container.
class PlaceWatch {
  public:
    PlaceWatch(const Places& place, const StateWatcher& watcher, EventLoop& loop, DirectoryWatch directories) noexcept
        : place_(place), watcher_(watcher), loop_(loop), directories_(std::move(directories)) {}

    Status begin();
    [[nodiscard]] const Status& ended() const noexcept { return ended_; }

  private:
    struct Known {
        State state = State::stopped;
        int mark = -1;                    // the watch of its directory
        Fd monitor;                       // connection to its monitor
        bool heard = false;               // it has said something
        bool quiet = false;               // how it is now is no change
        bool ran = false;                 // it came to run, whatever was told of it yet
        bool restarted = false;           // a new start has begun, and its last monitor has not said the end yet
        std::pair<int32_t, int64_t> run;  // its first process and when it began
    };

    void keep(Status status);
    Status look_at_all(bool quiet);
    std::optional<ContainerName> wanted(const std::string& name) const;
    Result<Root> directory_of(const std::string& name) const;
    Status enter(const std::string& text, bool quiet, bool made);
    void leave(const std::string& name);
    void forget_undefined(const std::string& name);
    bool connect(const std::string& text, bool quiet);
    void hear_all(const std::string& name);
    void hear(const std::string& name);
    void monitor_gone(const std::string& name, Known& known);
    std::optional<int> last_exit(const std::string& name, const Known& known);
    bool runs_again(const std::string& name, const Known& known);
    void tell_end(const std::string& name);
    bool settle(const std::string& name, bool ask);
    void look_again(const std::string& name);
    void look_at_unsettled();
    bool waits(int watch, uint32_t mask, const std::string& name) const;
    Status pull();
    Status take_events();
    Status on_event(const DirectoryEvent& event);
    void on_socket(const std::string& name);
    void on_mark(const DirectoryEvent& event);
    void tell(const std::string& name, State next, std::optional<int> exit_status);

    const Places& place_;
    const StateWatcher& watcher_;
    EventLoop& loop_;
    DirectoryWatch directories_;
    std::deque<DirectoryEvent> events_;  // taken, and still to be worked on
    std::optional<Root> containers_;
    int entries_ = -1;  // the watch of containers_
    SocketWatches sockets_;
    std::map<std::string, Known> known_;
    std::set<std::string> unsettled_;  // who is looked at when the timer ends
    uint64_t look_ms_ = 0;             // longer with each look that found nothing
    Fd timer_;
    Status ended_;
};

}  // namespace cubby
