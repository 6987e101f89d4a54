#include "monitor/client.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

#include "base/parse.h"
#include "config/lxc/document.h"
#include "kernel/process.h"
#include "monitor/instance.h"

namespace cubby {
namespace {

constexpr int kReplyMs = 5000;

Result<Fd> connect_socket(const std::string& lxcpath, const ContainerName& name) {
    const Root sockets = TRY(socket_dir(lxcpath));
    return connect_at(sockets.fd(), TRY(socket_name(name)));
}

// The socket is gone, but the mark is locked: the runtime directory was lost, or the socket is still to be made.
Result<Fd> revive(const std::string& lxcpath, const ContainerName& name, pid_t monitor) {
    const Fd pidfd = TRY(open_pidfd(monitor));
    TRY(send_signal(pidfd.get(), kListenSignal));
    for (int tries = 0; tries < 100; ++tries) {
        if (auto socket = connect_socket(lxcpath, name)) {
            return socket;
        }
        const timespec pause{0, 10'000'000};
        nanosleep(&pause, nullptr);
    }
    return FAIL(Code::timeout, "the monitor of %s (process %d) does not answer", name.c_str(), monitor);
}

Result<MonitorClient::Reply> to_reply(Frame frame) {
    const auto incoming = TRY(protocol::decode(frame));
    return MonitorClient::Reply{std::move(frame), incoming};
}

// A container may end, and its monitor with it, between any two calls: then it is not running, and nothing is wrong.
Error or_ended(const Error& error) noexcept {
    const bool gone = error.code == Code::not_found || error.sys_errno == ECONNRESET || error.sys_errno == EPIPE;
    return gone ? make_error(Code::wrong_state, "it has ended meanwhile") : error;
}

}  // namespace

Result<MonitorClient> MonitorClient::connect(const std::string& lxcpath, const ContainerName& name,
                                             const Root* directory) {
    auto socket = connect_socket(lxcpath, name);
    if (!socket && socket.error().code == Code::not_found && directory != nullptr) {
        if (const auto monitor = TRY(running_monitor(*directory)); monitor && *monitor > 0) {
            socket = revive(lxcpath, name, *monitor);
        }
    }
    if (!socket) {
        if (socket.error().code == Code::not_found) {
            return FAIL(Code::wrong_state, "%s is not running; cubby start %s starts it", name.c_str(), name.c_str());
        }
        return std::unexpected(socket.error());
    }
    return MonitorClient(std::move(*socket));
}

Result<MonitorClient::Reply> MonitorClient::ask(protocol::Type type, std::string_view payload,
                                                std::span<const int> fds) {
    if (auto sent = protocol::send(socket_.get(), type, payload, fds); !sent) {
        return std::unexpected(or_ended(sent.error()));
    }
    TRY(wait_readable(socket_.get(), kReplyMs, "the monitor"));
    return next();
}

Result<MonitorClient::Reply> MonitorClient::next() {
    auto frame = receive_frame(socket_.get());
    if (!frame || frame->bytes.empty()) {
        return std::unexpected(or_ended(frame ? make_error(Code::not_found, "no message") : frame.error()));
    }
    return to_reply(std::move(*frame));
}

Result<MonitorStatus> ask_status(MonitorClient& client) {
    auto reply = TRY(client.ask(protocol::Type::status));
    MonitorStatus out;
    out.status = TRY(protocol::read_as<protocol::Status>(reply.incoming.payload));
    for (const auto line : split_words(reply.incoming.payload.substr(sizeof out.status), "\n")) {
        out.lost.emplace_back(line);
    }
    if (reply.frame.fds.empty()) {
        return FAIL(Code::broken, "the monitor gave no process");
    }
    out.pidfd = std::move(reply.frame.fds.front());
    return out;
}

Result<std::string> ask_document(MonitorClient& client) {
    const auto reply = TRY(client.ask(protocol::Type::document));
    if (reply.frame.fds.empty()) {
        return FAIL(Code::broken, "the monitor gave no configuration");
    }
    // Everybody who asks gets the same open file, so none of them may rely on its offset.
    std::string text(lxc::kMaxTextBytes, '\0');
    const ssize_t got = pread(reply.frame.fds.front().get(), text.data(), text.size(), 0);
    if (got < 0) {
        return FAIL_ERRNO("read the configuration of a running container");
    }
    text.resize(static_cast<size_t>(got));
    return text;
}

}  // namespace cubby
