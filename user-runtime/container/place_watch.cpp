#include "container/place_watch.h"

#include <algorithm>
#include <cerrno>

#include "container/store.h"
#include "kernel/runtime_dir.h"
#include "kernel/unix_socket.h"
#include "monitor/instance.h"
#include "monitor/protocol.h"

namespace cubby {
namespace {

constexpr uint32_t kSocketEvents = IN_MOVED_TO;  // a socket gets its name when it listens (kernel/unix_socket.cpp)
constexpr uint32_t kRuntimeEvents = IN_DELETE | IN_MOVED_FROM;  // of the directory of sockets
constexpr uint32_t kEntryEvents = IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM;
// A start makes the mark, or signs one that was left over; the exit status is written before the mark goes.
constexpr uint32_t kMarkEvents = IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_MODIFY;
constexpr const char* kMark = "monitor";  // monitor/instance.cpp
constexpr const char* kExit = "exit";
constexpr uint64_t kFirstLookMs = 20;
constexpr uint64_t kLongestLookMs = 1280;

RelPath exit_file() { return *RelPath::component(kExit); }

// A container that has no directory, or is nobody's whom we could hear.
bool no_container(const Error& error) noexcept {
    return error.code == Code::not_found || error.code == Code::denied || error.sys_errno == ENOTDIR ||
           error.sys_errno == ELOOP;
}

}  // namespace

Result<SocketWatches> watch_sockets(const Places& place, DirectoryWatch& directories) {
    SocketWatches watches;
    const Root runtime = TRY(runtime_dir());
    watches.runtime = TRY(directories.add(runtime.fd(), kRuntimeEvents));
    const Root sockets = TRY(socket_dir(place.lxcpath));
    watches.sockets = TRY(directories.add(sockets.fd(), kSocketEvents));
    return watches;
}

Status PlaceWatch::begin() {
    containers_.emplace(TRY(open_containers(place_)));
    entries_ = TRY(directories_.add(containers_->fd(), kEntryEvents));
    sockets_ = TRY(watch_sockets(place_, directories_));
    TRY(look_at_all(true));
    TRY(take_events());
    return loop_.watch(directories_.fd(), EPOLLIN, [this](uint32_t) { keep(take_events()); });
}

// An error ends the watch.
void PlaceWatch::keep(Status status) {
    if (!status && ended_) {
        ended_ = std::move(status);
        loop_.stop();
    }
}

Status PlaceWatch::look_at_all(bool quiet) {
    const Root sockets = TRY(socket_dir(place_.lxcpath));
    for (const DirEntry& entry : TRY(sockets.list())) {
        hear_all(entry.name);
        const auto found = known_.find(entry.name);
        if (found == known_.end() || !found->second.monitor) {
            static_cast<void>(connect(entry.name, quiet));
        }
    }
    for (const DirEntry& entry : containers_ ? TRY(containers_->list()) : std::vector<DirEntry>{}) {
        TRY(enter(entry.name, quiet, false));
        static_cast<void>(quiet || settle(entry.name, false));
    }
    return {};
}

std::optional<ContainerName> PlaceWatch::wanted(const std::string& name) const {
    auto parsed = ContainerName::parse(name);
    return parsed && watcher_.wanted(name) ? std::optional<ContainerName>(std::move(*parsed)) : std::nullopt;
}

Result<Root> PlaceWatch::directory_of(const std::string& name) const {
    const RelPath entry = entry_of(TRY(ContainerName::parse(name)));
    return containers_ ? containers_->enter(entry) : FAIL(Code::broken, "nothing is watched yet");
}

// A container's directory: whoever starts it makes a mark there first.  `made`: just now, so all in it is new.
Status PlaceWatch::enter(const std::string& text, bool quiet, bool made) {
    const auto directory = wanted(text) ? directory_of(text) : Result<Root>(FAIL(Code::not_found, "-"));
    if (!directory) {
        return no_container(directory.error()) ? Status{} : std::unexpected(directory.error());
    }
    const auto watch = directories_.add(directory->fd(), kMarkEvents);
    if (!watch) {
        return watch.error().code == Code::not_found ? Status{} : std::unexpected(watch.error());  // gone again
    }
    Known& known = known_[text];
    known.mark = *watch;
    const auto monitor = running_monitor(*directory);
    if (known.monitor || known.state != State::stopped) {
        return {};
    }
    if (monitor && *monitor) {
        quiet ? static_cast<void>(known.state = State::starting) : tell(text, State::starting, {});
    } else if (made && directory->exists(exit_file())) {
        known.ran = true;
        tell_end(text);
    }
    return {};
}

void PlaceWatch::leave(const std::string& name) {
    hear_all(name);
    const auto found = known_.find(name);
    if (found == known_.end()) {
        return;
    }
    if (!found->second.monitor) {
        tell_end(name);
    }
    directories_.remove(found->second.mark);
    found->second.mark = -1;
    forget_undefined(name);
}

void PlaceWatch::forget_undefined(const std::string& name) {
    const auto found = known_.find(name);
    if (found != known_.end() && found->second.mark < 0 && !found->second.monitor &&
        found->second.state == State::stopped) {
        known_.erase(found);
    }
}

// Whether its monitor is connected; not with one of a run that is still to be heard of.
bool PlaceWatch::connect(const std::string& text, bool quiet) {
    const auto name = wanted(text);
    const auto sockets = name ? socket_dir(place_.lxcpath) : Result<Root>(FAIL(Code::not_found, "-"));
    auto socket = name && sockets ? connect_at(sockets->fd(), entry_of(*name)) : std::unexpected(sockets.error());
    if (!socket && socket.error().code != Code::not_found && socket.error().code != Code::timeout) {
        keep(std::unexpected(socket.error()));
    }
    if (!socket || !protocol::send(socket->get(), protocol::Type::watch)) {
        return false;  // a leftover, or ended meanwhile
    }
    keep(pull());
    if (waits(sockets_.sockets, IN_MOVED_TO, text)) {
        return false;
    }
    Known& known = known_[text];
    known.monitor = std::move(*socket);
    known.heard = false;
    known.quiet = quiet;
    keep(loop_.watch(known.monitor.get(), EPOLLIN, [this, text](uint32_t) {
        hear(text);
        keep(take_events());
    }));
    return true;
}

// All that its monitor has said up to now.
void PlaceWatch::hear_all(const std::string& name) {
    for (auto found = known_.find(name);
         found != known_.end() && found->second.monitor && wait_readable(found->second.monitor.get(), 0, "-");
         found = known_.find(name)) {
        hear(name);
    }
}

void PlaceWatch::hear(const std::string& name) {
    Known& known = known_.at(name);
    const auto frame = receive_frame(known.monitor.get());
    if (!frame || frame->bytes.empty()) {
        monitor_gone(name, known);
        return;
    }
    const auto incoming = protocol::decode(*frame);
    const auto status = incoming ? protocol::read_as<protocol::Status>(incoming->payload)
                                 : Result<protocol::Status>(std::unexpected(incoming.error()));
    if (!status) {
        keep(std::unexpected(prefixed(status.error(), "watch %s", name.c_str())));
        return;
    }
    known.heard = true;
    const auto before = std::exchange(known.run, {status->init_pid, status->started_unix});
    if (std::exchange(known.quiet, false)) {
        known.state = status->state;
        return;
    }
    if (known.state == State::stopped || known.state == State::starting) {
        tell(name, State::running, {});  // a monitor listens from then on
    } else if (before != known.run) {
        tell(name, State::stopped, {});
    }
    std::optional<int> exit_status;
    if (status->state == State::stopped && status->exited != 0) {
        exit_status = last_exit(name, known).value_or(status->exit_code);
    }
    tell(name, status->state, exit_status);
}

// One that ended without a word was killed; or it has let us go, and its container runs on.
void PlaceWatch::monitor_gone(const std::string& name, Known& known) {
    loop_.forget(known.monitor.get());
    known.monitor.reset();
    if (std::exchange(known.restarted, false)) {
        tell_end(name);
        tell(name, State::starting, {});
    } else if (!settle(name, known.heard)) {
        look_again(name);
    }
    forget_undefined(name);
}

// How the run that is over has ended, where that can be known: a later one has its own.
std::optional<int> PlaceWatch::last_exit(const std::string& name, const Known& known) {
    const auto directory = directory_of(name);
    const auto status = directory ? read_last_exit(*directory) : std::nullopt;
    return runs_again(name, known) ? std::nullopt : status;
}

bool PlaceWatch::runs_again(const std::string& name, const Known& known) {
    keep(pull());
    return waits(known.mark, IN_CREATE | IN_MODIFY, kMark) || waits(entries_, IN_CREATE | IN_MOVED_TO, name);
}

// Its run is over, and no monitor has said so.
void PlaceWatch::tell_end(const std::string& name) {
    Known& known = known_.at(name);
    const auto exit_status = last_exit(name, known);
    const auto directory = known.state == State::starting ? directory_of(name) : Result<Root>(FAIL(Code::none, "-"));
    const bool left_status = directory && directory->exists(exit_file());
    if ((known.state == State::stopped && known.ran) ||
        (known.state == State::starting && (known.ran || (left_status && !runs_again(name, known))))) {
        tell(name, State::running, {});
    }
    tell(name, State::stopped, known.state == State::starting ? std::nullopt : exit_status);
}

// Whether it is clear how it stands, without a connection.  `ask`: its monitor, where it lives.
bool PlaceWatch::settle(const std::string& name, bool ask) {
    const auto found = known_.find(name);
    if (found == known_.end() || found->second.monitor ||
        (found->second.state == State::stopped && !found->second.ran)) {
        return true;
    }
    const auto directory = directory_of(name);
    const auto monitor = directory ? running_monitor(*directory) : Result<std::optional<pid_t>>(std::nullopt);
    const bool marked = monitor && *monitor;
    if (marked || found->second.mark < 0) {
        if (ask && connect(name, false)) {
            return true;
        }
        if (marked || !ask) {
            return false;
        }
    }
    tell_end(name);
    return true;
}

// The kernel tells of a file's last close before it takes the lock off (__fput(), fs/file_table.c); and a monitor that
// has let us go without a word is not asked again at once.
void PlaceWatch::look_again(const std::string& name) {
    unsettled_.insert(name);
    if (timer_) {
        return;
    }
    if (auto timer = open_timer(std::max(look_ms_, kFirstLookMs)); !timer) {
        keep(std::unexpected(timer.error()));
    } else {
        timer_ = std::move(*timer);
        keep(loop_.watch(timer_.get(), EPOLLIN, [this](uint32_t) { look_at_unsettled(); }));
    }
}

void PlaceWatch::look_at_unsettled() {
    loop_.forget(timer_.get());
    timer_.reset();
    const auto names = std::exchange(unsettled_, {});
    look_ms_ = std::clamp(look_ms_ * 2, kFirstLookMs, kLongestLookMs);
    for (const std::string& name : names) {
        if (!settle(name, true)) {
            look_again(name);
        }
        forget_undefined(name);
    }
    if (unsettled_.empty()) {
        look_ms_ = 0;
    }
    keep(take_events());
}

// Whether such an event is still to be worked on.
bool PlaceWatch::waits(int watch, uint32_t mask, const std::string& name) const {
    return std::ranges::any_of(events_, [&](const DirectoryEvent& event) {
        return event.watch == watch && (event.mask & mask) != 0 && event.name == name;
    });
}

Status PlaceWatch::pull() {
    for (DirectoryEvent& event : TRY(directories_.take())) {
        events_.push_back(std::move(event));
    }
    return {};
}

Status PlaceWatch::take_events() {
    TRY(pull());
    while (!events_.empty() && !loop_.stopped()) {
        const DirectoryEvent event = std::move(events_.front());
        events_.pop_front();
        TRY(on_event(event));
    }
    return {};
}

Status PlaceWatch::on_event(const DirectoryEvent& event) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
        return look_at_all(false);
    }
    if (event.watch == sockets_.sockets && (event.mask & IN_MOVED_TO) != 0) {
        on_socket(event.name);
    } else if (event.watch == sockets_.sockets || event.watch == sockets_.runtime) {
        // Monitors are asked for new sockets by who needs them.
        sockets_ = TRY(watch_sockets(place_, directories_));
        return look_at_all(false);
    } else if (event.watch == entries_ && (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
        return enter(event.name, false, (event.mask & IN_CREATE) != 0);
    } else if (event.watch == entries_ && !event.name.empty()) {
        leave(event.name);
    } else if (event.name == kMark || event.name == kExit) {
        on_mark(event);
    }
    return {};
}

// A monitor listens: its container runs, or has run.
void PlaceWatch::on_socket(const std::string& name) {
    if (!wanted(name)) {
        return;
    }
    hear_all(name);
    Known& known = known_[name];
    if (known.monitor) {
        return;  // that one at a new socket, or another one, which is asked at its end
    }
    known.ran = known.ran || known.state != State::stopped || known.mark < 0;
    if (!connect(name, false) && known.mark < 0) {
        tell_end(name);
        forget_undefined(name);
    }
}

void PlaceWatch::on_mark(const DirectoryEvent& event) {
    const auto found =
        std::ranges::find_if(known_, [&](const auto& entry) { return entry.second.mark == event.watch; });
    if (found == known_.end()) {
        return;
    }
    const auto& [name, known_before] = *found;
    hear_all(name);
    Known& known = found->second;  // still there, for it has a mark
    if (event.name == kExit) {
        known.ran = known.ran || ((event.mask & IN_CLOSE_WRITE) != 0 && known.state != State::stopped);
    } else if ((event.mask & (IN_CREATE | IN_MODIFY)) != 0) {
        if (known.state == State::stopped) {
            tell(name, State::starting, {});
        } else if (known.monitor && (event.mask & IN_CREATE) != 0) {
            known.restarted = true;
        }
    } else if (!known.monitor && known.state != State::stopped) {
        if ((event.mask & IN_DELETE) != 0) {
            tell_end(name);
        } else if (!settle(name, true)) {
            look_again(name);  // a start that was given up has no monitor to say so
        }
    }
}

void PlaceWatch::tell(const std::string& name, State next, std::optional<int> exit_status) {
    Known& known = known_.at(name);
    const auto pass = [&](State through, std::optional<int> with) {
        known.state = through;
        if (!loop_.stopped() && !watcher_.told({name, through, with})) {
            loop_.stop();
        }
    };
    if (known.state == State::stopped && next == State::running) {
        pass(State::starting, {});
    } else if (known.state == State::starting && next == State::stopped) {
        pass(State::aborting, {});
    }
    if (known.state != next) {
        pass(next, exit_status);
    }
    known.ran = known.ran && next != State::stopped && next != State::starting;
}

}  // namespace cubby
