#include "container/watch.h"

#include <csignal>
#include <map>
#include <memory>

#include "container/store.h"
#include "kernel/event_loop.h"
#include "kernel/runtime_dir.h"
#include "kernel/unix_socket.h"
#include "monitor/instance.h"
#include "monitor/protocol.h"

namespace cubby {
namespace {

constexpr uint32_t kSocketEvents = IN_MOVED_TO;  // a socket gets its name when it listens (kernel/unix_socket.cpp)
constexpr uint32_t kRuntimeEvents = IN_DELETE | IN_MOVED_FROM;  // of the directory of sockets
constexpr uint32_t kEntryEvents = IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM;
constexpr uint32_t kMarkEvents = IN_CREATE | IN_DELETE | IN_CLOSE_WRITE;
constexpr const char* kMark = "monitor";  // monitor/instance.cpp
constexpr uint64_t kSecondLookMs = 20;

struct SocketWatches {
    int sockets = -1;
    int runtime = -1;
};

// Watches for new sockets of an lxcpath, in a directory that may have to be made anew.  It is not held open: that, as an open
// descriptor of a monitor's does, would keep its end from being told.
Result<SocketWatches> watch_sockets(const Places& place, DirectoryWatch& directories) {
    SocketWatches watches;
    const Root runtime = TRY(runtime_dir());
    watches.runtime = TRY(directories.add(runtime.fd(), kRuntimeEvents));
    const Root sockets = TRY(socket_dir(place.lxcpath));
    watches.sockets = TRY(directories.add(sockets.fd(), kSocketEvents));
    return watches;
}

// The containers of one lxcpath.
class PlaceWatch {
  public:
    PlaceWatch(const Places& place, const StateWatcher& watcher, EventLoop& loop, DirectoryWatch directories) noexcept
        : place_(place), watcher_(watcher), loop_(loop), directories_(std::move(directories)) {}

    Status begin() {
        containers_.emplace(TRY(open_containers(place_)));
        entries_ = TRY(directories_.add(containers_->fd(), kEntryEvents));
        sockets_ = TRY(watch_sockets(place_, directories_));
        TRY(look_at_all(true));
        return loop_.watch(directories_.fd(), EPOLLIN, [this](uint32_t) { keep(take_events()); });
    }
    [[nodiscard]] const Status& ended() const noexcept { return ended_; }

  private:
    struct Known {
        State state = State::stopped;
        int mark = -1;       // the watch of its directory
        Fd monitor;          // connection to its monitor
        bool quiet = false;  // how it is now is no change
    };

    // An error ends the watch.
    void keep(Status status) {
        if (!status) {
            ended_ = std::move(status);
            loop_.stop();
        }
    }

    Status look_at_all(bool quiet) {
        const Root sockets = TRY(socket_dir(place_.lxcpath));
        for (const DirEntry& entry : TRY(sockets.list())) {
            connect(sockets, entry.name, quiet);
        }
        for (const DirEntry& entry : TRY(containers_->list())) {
            enter(entry.name, quiet);
        }
        return {};
    }

    std::optional<ContainerName> wanted(const std::string& name) const {
        auto parsed = ContainerName::parse(name);
        return parsed && watcher_.wanted(name) ? std::optional<ContainerName>(std::move(*parsed)) : std::nullopt;
    }

    // A container's directory: whoever starts it makes a mark there first.
    void enter(const std::string& text, bool quiet) {
        const auto name = wanted(text);
        const auto directory = name ? containers_->enter(entry_of(*name)) : Result<Root>(FAIL(Code::not_found, "-"));
        const auto watch =
            directory ? directories_.add(directory->fd(), kMarkEvents) : Result<int>(FAIL(Code::none, "-"));
        if (!watch) {
            return;  // no directory, or gone again
        }
        Known& known = known_[text];
        known.mark = *watch;
        const auto monitor = running_monitor(*directory);
        if (monitor && *monitor && !known.monitor && known.state == State::stopped) {
            quiet ? static_cast<void>(known.state = State::starting) : tell(text, State::starting, {});
        }
    }

    void leave(const std::string& name) {
        const auto found = known_.find(name);
        if (found == known_.end()) {
            return;
        }
        directories_.remove(found->second.mark);
        found->second.mark = -1;
        if (!found->second.monitor) {
            tell(name, State::stopped, {});
            known_.erase(name);
        }
    }

    void connect(const Root& sockets, const std::string& text, bool quiet) {
        const auto name = wanted(text);
        auto socket = name ? connect_at(sockets.fd(), entry_of(*name)) : Result<Fd>(FAIL(Code::not_found, "-"));
        if (!socket || !protocol::send(socket->get(), protocol::Type::watch)) {
            return;  // a leftover, or ended meanwhile
        }
        Known& known = known_[text];
        if (known.monitor) {
            loop_.forget(known.monitor.get());
        }
        known.monitor = std::move(*socket);
        known.quiet = quiet;
        keep(loop_.watch(known.monitor.get(), EPOLLIN, [this, text](uint32_t) { hear(text); }));
    }

    void hear(const std::string& name) {
        Known& known = known_.at(name);
        const auto frame = receive_frame(known.monitor.get());
        const auto incoming =
            frame ? protocol::decode(*frame) : Result<protocol::Incoming>(std::unexpected(frame.error()));
        const auto status = incoming ? protocol::read_as<protocol::Status>(incoming->payload)
                                     : Result<protocol::Status>(std::unexpected(incoming.error()));
        if (!status || incoming->type != protocol::Type::watch) {
            monitor_gone(name, known);
            return;
        }
        if (known.quiet) {
            known.quiet = false;
            known.state = status->state;
            return;
        }
        std::optional<int> exit_status;
        if (status->state == State::stopped && status->exited != 0) {
            exit_status = last_exit(name).value_or(status->exit_code);
        }
        tell(name, status->state, exit_status);
    }

    // One that has not said how its container ended was killed, and the container with it.
    void monitor_gone(const std::string& name, Known& known) {
        loop_.forget(known.monitor.get());
        known.monitor.reset();
        const bool defined = known.mark >= 0;
        if (known.state != State::stopped) {
            tell(name, State::stopped, 128 + SIGKILL);
        }
        if (!defined) {
            known_.erase(name);
        }
    }

    std::optional<int> last_exit(const std::string& name) const {
        const auto parsed = ContainerName::parse(name);
        const auto directory = parsed ? containers_->enter(entry_of(*parsed)) : Result<Root>(FAIL(Code::none, "-"));
        return directory ? read_last_exit(*directory) : std::nullopt;
    }

    Status take_events() {
        for (const DirectoryEvent& event : TRY(directories_.take())) {
            if ((event.mask & IN_Q_OVERFLOW) != 0) {
                TRY(look_at_all(false));
            } else if (event.watch == sockets_.sockets && (event.mask & IN_MOVED_TO) != 0) {
                connect(TRY(socket_dir(place_.lxcpath)), event.name, false);
            } else if (event.watch == sockets_.sockets || event.watch == sockets_.runtime) {
                // Monitors are asked for new sockets by who needs them.
                sockets_ = TRY(watch_sockets(place_, directories_));
                TRY(look_at_all(false));
            } else if (event.watch == entries_) {
                on_entry(event);
            } else if (event.name == kMark) {
                on_mark(event);
            }
        }
        return {};
    }

    void on_entry(const DirectoryEvent& event) {
        if ((event.mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
            enter(event.name, false);
        } else if (!event.name.empty()) {
            leave(event.name);
        }
    }

    void on_mark(const DirectoryEvent& event) {
        for (auto& [name, known] : known_) {
            if (known.mark != event.watch || known.monitor) {
                continue;
            }
            if ((event.mask & IN_CREATE) != 0 && known.state == State::stopped) {
                tell(name, State::starting, {});
            } else if ((event.mask & (IN_DELETE | IN_CLOSE_WRITE)) != 0 && known.state == State::starting) {
                look_whether_given_up(name);
            }
            return;
        }
    }

    // A start that was given up has no monitor to say so.
    void look_whether_given_up(const std::string& name) {
        if (!give_up(name) && !second_look_) {
            // The kernel tells of a file's last close before it takes the lock off (__fput(), fs/file_table.c).
            if (auto timer = open_timer(kSecondLookMs)) {
                second_look_ = std::move(*timer);
                keep(loop_.watch(second_look_.get(), EPOLLIN, [this, name](uint32_t) {
                    loop_.forget(second_look_.get());
                    second_look_.reset();
                    static_cast<void>(give_up(name));
                }));
            }
        }
    }

    bool give_up(const std::string& name) {
        const auto found = known_.find(name);
        const auto parsed = ContainerName::parse(name);
        if (found == known_.end() || found->second.state != State::starting || !parsed) {
            return true;
        }
        const auto directory = containers_->enter(entry_of(*parsed));
        const auto monitor = directory ? running_monitor(*directory) : Result<std::optional<pid_t>>(std::nullopt);
        if (monitor && *monitor) {
            return false;
        }
        tell(name, State::stopped, {});
        return true;
    }

    void tell(const std::string& name, State next, std::optional<int> exit_status) {
        State& state = known_.at(name).state;
        const auto pass = [&](State through, std::optional<int> with) {
            state = through;
            if (!loop_.stopped() && !watcher_.told({name, through, with})) {
                loop_.stop();
            }
        };
        if (state == State::stopped && next == State::running) {
            pass(State::starting, {});
        } else if (state == State::starting && next == State::stopped) {
            pass(State::aborting, {});
        }
        if (state != next) {
            pass(next, exit_status);
        }
    }

    const Places& place_;
    const StateWatcher& watcher_;
    EventLoop& loop_;
    DirectoryWatch directories_;
    std::optional<Root> containers_;
    int entries_ = -1;  // the watch of containers_
    SocketWatches sockets_;
    std::map<std::string, Known> known_;
    Fd second_look_;
    Status ended_;
};

}  // namespace

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
