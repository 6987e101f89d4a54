#include "monitor/monitor.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "kernel/pty.h"

namespace cubby {

namespace {
constexpr size_t kMaxClients = 64;
constexpr size_t kMaxStreaming = 48;  // the rest is for who asks for one thing and goes: a stop, above all
constexpr size_t kChunk = 32768;

Fd spare_descriptor() noexcept {
    auto spare = open_named("/dev/null", O_PATH);
    return spare ? std::move(*spare) : Fd();
}

}  // namespace

Monitor::Monitor(MonitorInput input) : input_(std::move(input)), started_unix_(time(nullptr)) {}

Status Monitor::begin(EventLoop& loop) {
    spare_ = spare_descriptor();
    listener_ = TRY(listen_at(input_.sockets.fd(), input_.socket_name));
    TRY(loop.watch(listener_.get(), EPOLLIN, [this, &loop](uint32_t) { accept_clients(loop); }));
    if (input_.console) {
        TRY(input_.console->serve(loop));
    }
    for (const Fd& master : input_.launched.ttys) {
        tty_peers_.push_back(TRY(open_peer(master.get())));
    }
    return loop.watch(input_.launched.pidfd.get(), EPOLLIN, [this, &loop](uint32_t) { container_ended(loop); });
}

Status Monitor::listen_again(EventLoop& loop, Root sockets) {
    Fd fresh = TRY(listen_at(sockets.fd(), input_.socket_name));
    loop.forget(listener_.get());
    listener_ = std::move(fresh);
    input_.sockets = std::move(sockets);
    return loop.watch(listener_.get(), EPOLLIN, [this, &loop](uint32_t) { accept_clients(loop); });
}

void Monitor::close_socket() const noexcept {
    static_cast<void>(input_.sockets.unlink(input_.socket_name).has_value());
}

void Monitor::accept_clients(EventLoop& loop) {
    auto client = accept_client(listener_.get());
    if (!client && (client.error().sys_errno == EMFILE || client.error().sys_errno == ENFILE)) {
        // Whoever waits would keep this loop busy for ever; the spare descriptor lets him in and out.
        spare_.reset();
        static_cast<void>(accept_client(listener_.get()).has_value());
        spare_ = spare_descriptor();
        return;
    }
    // Only the user himself is served; in the holder's namespace his id is ours.
    if (!client || peer_uid(client->get()).value_or(geteuid() + 1) != geteuid()) {
        return;
    }
    if (clients_.size() >= kMaxClients && !make_room(loop)) {
        return;
    }
    const int socket = client->get();
    // A short send buffer bounds what a client that never reads can make us hold.
    if (loop.watch(socket, EPOLLIN, [this, &loop, socket](uint32_t) { serve_client(loop, socket); })) {
        clients_.emplace(socket, Client{std::move(*client), 0, false, ++admitted_});
    }
}

// Watches the states, has a terminal or reads the console: for as long as it likes.
bool Monitor::streams(int socket, const Client& client) const {
    return client.watches || client.tty != 0 || (input_.console && input_.console->readers().contains(socket));
}

// Before one more streams.  Such a client is never sent away for another, so they must not take all of the places.
Status Monitor::keep_room(const Client& newcomer) const {
    const auto streaming = std::ranges::count_if(
        clients_, [&](const auto& entry) { return &entry.second != &newcomer && streams(entry.first, entry.second); });
    if (static_cast<size_t>(streaming) >= kMaxStreaming) {
        return FAIL(Code::busy, "%zu others watch this container already; end some of them", kMaxStreaming);
    }
    return {};
}

// The one that has been silent longest goes: it has had its chance.
bool Monitor::make_room(EventLoop& loop) {
    int oldest = -1;
    for (const auto& [socket, client] : clients_) {
        if (client.awaited == 0 && !streams(socket, client) &&
            (oldest < 0 || client.admitted < clients_.at(oldest).admitted)) {
            oldest = socket;
        }
    }
    if (oldest >= 0) {
        drop_client(loop, oldest);
    }
    return oldest >= 0;
}

void Monitor::drop_client(EventLoop& loop, int socket) {
    if (input_.console) {
        input_.console->remove_reader(socket);
    }
    loop.forget(socket);
    clients_.erase(socket);
}

void Monitor::serve_client(EventLoop& loop, int socket) {
    auto frame = receive_frame(socket);
    const auto request = frame ? protocol::decode(*frame) : Result<protocol::Incoming>(std::unexpected(frame.error()));
    if (!request) {
        drop_client(loop, socket);
        return;
    }
    if (auto done = answer(clients_.at(socket), *request, std::move(frame->fds)); !done) {
        if (!protocol::send(socket, protocol::Type::error, protocol::bytes_of(done.error()))) {
            drop_client(loop, socket);
        }
    }
}

Status Monitor::answer(Client& client, const protocol::Incoming& request, std::vector<Fd> fds) {
    using protocol::Type;
    const int socket = client.socket.get();
    switch (request.type) {
        case Type::status: return answer_status(socket);
        case Type::attach: return answer_attach(socket);
        case Type::stop: {
            const auto order = TRY(protocol::read_as<protocol::StopOrder>(request.payload));
            TRY(order_stop(order.mode));
            return protocol::send(socket, Type::stop);
        }
        case Type::wait:
            client.awaited = TRY(protocol::read_as<protocol::WaitOrder>(request.payload)).states;
            if ((client.awaited & (1U << static_cast<unsigned>(state_))) != 0) {
                client.awaited = 0;
                return protocol::send(socket, Type::wait, protocol::bytes_of(status()));
            }
            return {};
        case Type::watch:
            TRY(keep_room(client));
            client.watches = true;
            return protocol::send(socket, Type::watch, protocol::bytes_of(status()));
        case Type::document: return answer_document(socket);
        case Type::listener: return answer_listener(socket, std::move(fds));
        case Type::tty:
            TRY(keep_room(client));
            return answer_tty(client, TRY(protocol::read_as<protocol::TtyOrder>(request.payload)));
        case Type::log: {
            const auto order = TRY(protocol::read_as<protocol::LogOrder>(request.payload));
            if (order.follow != 0) {
                TRY(keep_room(client));
            }
            return answer_log(socket, order);
        }
        case Type::console:
        case Type::data:
        case Type::window:
            if (!input_.console) {
                return FAIL(Code::wrong_state, "the container has no console; cubby attach opens a shell in it");
            }
            if (request.type == Type::console) {
                TRY(keep_room(client));
                input_.console->add_reader(socket);
                return protocol::send(socket, Type::console);
            }
            if (request.type == Type::data) {
                input_.console->write_input(request.payload);
            } else {
                input_.console->resize(TRY(protocol::read_as<protocol::WindowSize>(request.payload)));
            }
            return {};
        case Type::error:
        case Type::end: break;
    }
    return FAIL(Code::usage, "a control message of type %u is no request", static_cast<unsigned>(request.type));
}

protocol::Status Monitor::status() const noexcept {
    protocol::Status out;
    out.state = state_;
    out.init_pid = input_.launched.pid;
    out.started_unix = started_unix_;
    out.exited = exit_ ? 1 : 0;
    out.exit_code = exit_ ? exit_->shell_code() : 0;
    return out;
}

Status Monitor::answer_status(int socket) {
    std::string payload(protocol::bytes_of(status()));
    for (const std::string& lost : input_.launched.lost) {
        payload.append(lost).append("\n");
    }
    const int pidfd = input_.launched.pidfd.get();
    return protocol::send(socket, protocol::Type::status, payload, {&pidfd, 1});
}

Status Monitor::answer_attach(int socket) const {
    const AttachBlueprint& blueprint = input_.blueprint;
    protocol::AttachFacts facts;
    facts.namespaces = blueprint.namespaces.bits();
    facts.no_new_privs = blueprint.no_new_privs ? 1 : 0;
    facts.linux32 = blueprint.linux32 ? 1 : 0;
    facts.new_keyring = blueprint.new_keyring ? 1 : 0;
    facts.keep_groups = blueprint.keep_groups ? 1 : 0;
    facts.has_devpts = input_.launched.devpts ? 1 : 0;
    facts.filters = static_cast<uint8_t>(blueprint.filters.size());
    facts.labels = static_cast<uint16_t>(blueprint.labels.size());
    facts.readable = static_cast<uint16_t>(blueprint.landlock.readable.size());
    facts.writable = static_cast<uint16_t>(blueprint.landlock.writable.size());
    facts.processes = blueprint.processes;
    facts.capabilities = blueprint.capabilities;
    std::string payload(protocol::bytes_of(facts));
    for (const auto& filter : blueprint.filters) {
        const auto count = static_cast<uint32_t>(filter.size());
        payload += protocol::bytes_of(count);
        payload.append(reinterpret_cast<const char*>(filter.data()), filter.size() * sizeof(sock_filter));
    }
    const auto add = [&payload](const std::string& entry) { payload.append(entry).push_back('\0'); };
    for (const LabelStep& label : blueprint.labels) {
        for (const std::string* entry : {&label.key, &label.entry, &label.value, &label.label}) {
            add(*entry);
        }
    }
    for (const auto* entries : {&blueprint.landlock.readable, &blueprint.landlock.writable, &blueprint.environment}) {
        std::ranges::for_each(*entries, add);
    }
    const std::array<int, 2> fds{input_.launched.pidfd.get(), input_.launched.devpts.get()};
    return protocol::send(socket, protocol::Type::attach, payload, {fds.data(), input_.launched.devpts ? 2U : 1U});
}

Status Monitor::answer_document(int socket) const {
    if (input_.document < 0) {
        return FAIL(Code::unsupported, "it was started from a command line, without a configuration");
    }
    return protocol::send(socket, protocol::Type::document, {}, {&input_.document, 1});
}

Status Monitor::answer_listener(int socket, std::vector<Fd> fds) {
    if (!fds.empty()) {
        TRY(input_.notify.add(std::move(fds.front()), input_.launched.pid));
        return protocol::send(socket, protocol::Type::listener);
    }
    const int first = input_.notify.first().get();
    return first >= 0 ? protocol::send(socket, protocol::Type::listener, {}, {&first, 1})
                      : FAIL(Code::unsupported, "its policy notifies no system call");
}

Status Monitor::answer_tty(Client& client, const protocol::TtyOrder& order) {
    const size_t count = input_.launched.ttys.size();
    const auto taken = [this](size_t number) {
        return std::ranges::any_of(clients_, [number](const auto& each) { return each.second.tty == number; });
    };
    size_t number = order.number < 0 ? 1 : static_cast<size_t>(order.number);
    while (order.number < 0 && number <= count && taken(number)) {
        ++number;
    }
    if (count == 0 || (order.number >= 0 && (number == 0 || number > count))) {
        return FAIL(Code::not_found, "it has %zu terminals beside its console (lxc.tty.max), and no number %d", count,
                    order.number);
    }
    if (number > count || taken(number)) {
        return FAIL(Code::busy, "%s",
                    order.number < 0 ? "somebody is at each of its terminals" : "somebody is at that terminal");
    }
    const protocol::TtyOrder given{static_cast<int32_t>(number)};
    const int master = input_.launched.ttys[number - 1].get();
    TRY(protocol::send(client.socket.get(), protocol::Type::tty, protocol::bytes_of(given), {&master, 1}));
    client.tty = number;
    return {};
}

Status Monitor::answer_log(int socket, const protocol::LogOrder& order) {
    if (input_.console) {
        const std::string history = input_.console->history();
        for (size_t at = 0; at < history.size(); at += kChunk) {
            TRY(protocol::send(socket, protocol::Type::data, std::string_view(history).substr(at, kChunk)));
        }
        if (order.clear != 0) {
            input_.console->forget_history();
        }
        if (order.follow != 0) {
            input_.console->add_reader(socket);
            return {};
        }
    }
    return protocol::send(socket, protocol::Type::end, protocol::bytes_of(status()));
}

Status Monitor::order_stop(protocol::StopMode mode) {
    const int pidfd = input_.launched.pidfd.get();
    switch (mode) {
        case protocol::StopMode::kill: TRY(send_signal(pidfd, SIGKILL)); break;
        case protocol::StopMode::stop: TRY(send_signal(pidfd, input_.lifecycle.stop_signal)); break;
        case protocol::StopMode::halt: TRY(send_signal(pidfd, input_.lifecycle.halt_signal)); break;
        case protocol::StopMode::reboot: rebooting_ = true; return send_signal(pidfd, input_.lifecycle.reboot_signal);
        default: return FAIL(Code::usage, "a control message asks for a stop of kind %u", static_cast<unsigned>(mode));
    }
    change(Event::stop_requested);
    return {};
}

void Monitor::change(Event event) {
    const auto next = after(state_, event);
    if (!next) {
        return;
    }
    state_ = *next;
    for (auto& [socket, client] : clients_) {
        if ((client.awaited & (1U << static_cast<unsigned>(state_))) != 0) {
            client.awaited = 0;
            static_cast<void>(protocol::send(socket, protocol::Type::wait, protocol::bytes_of(status())).has_value());
        }
        if (client.watches && !protocol::send(socket, protocol::Type::watch, protocol::bytes_of(status()))) {
            shutdown(socket, SHUT_RDWR);  // one that does not read would miss a change: it may connect again
        }
    }
}

void Monitor::container_ended(EventLoop& loop) {
    const auto ended = wait_child(input_.launched.pidfd.get());
    exit_ = ended.value_or(ExitStatus{true, SIGKILL});
    loop.forget(input_.launched.pidfd.get());
    if (input_.console) {
        input_.console->drain();
    }
    // First the traces go, then the clients are told: who waits for STOPPED may start the container at once.
    if (on_end_) {
        on_end_(*exit_);
    }
    change(Event::ended);
    if (input_.console) {
        for (const int reader : input_.console->readers()) {
            static_cast<void>(protocol::send(reader, protocol::Type::end, protocol::bytes_of(status())).has_value());
        }
    }
}

}  // namespace cubby
