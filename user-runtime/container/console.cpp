#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>

#include "container/foreground.h"
#include "container/operations.h"
#include "container/store.h"
#include "kernel/pty.h"
#include "monitor/client.h"

namespace cubby {
namespace {

// "^a q" leaves, "^a ^a" is one ^a for the container (LXC's console).
class Escape {
  public:
    explicit Escape(char letter) noexcept : control_(static_cast<char>(letter & 0x1f)) {}

    // What goes on to the container; sets `left` when the user leaves.
    std::string filter(std::string_view typed, bool& left) {
        std::string out;
        for (const char byte : typed) {
            if (!seen_) {
                seen_ = byte == control_;
                if (!seen_) {
                    out += byte;
                }
                continue;
            }
            seen_ = false;
            if (byte == 'q' || byte == 'Q') {
                left = true;
                return out;
            }
            if (byte != control_) {
                out += control_;
            }
            out += byte;
        }
        return out;
    }

  private:
    char control_;
    bool seen_ = false;
};

void send_size(const MonitorClient& client) {
    winsize size{};
    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) {
        const protocol::WindowSize window{size.ws_row, size.ws_col};
        static_cast<void>(
            protocol::send(client.socket(), protocol::Type::window, protocol::bytes_of(window)).has_value());
    }
}

// One frame from the monitor; false at the end of the stream.
bool show_frame(MonitorClient& client) {
    const auto reply = client.next();
    if (!reply || reply->incoming.type == protocol::Type::end) {
        return false;
    }
    if (reply->incoming.type == protocol::Type::data) {
        return write_all(STDOUT_FILENO, reply->incoming.payload, "the terminal").has_value();
    }
    return true;
}

// One read of the terminal; false when the user leaves.
bool send_typed(const MonitorClient& client, Escape& escape) {
    char typed[1024];
    const ssize_t got = read(STDIN_FILENO, typed, sizeof typed);
    if (got <= 0) {
        return false;
    }
    bool left = false;
    const std::string bytes = escape.filter({typed, static_cast<size_t>(got)}, left);
    return (bytes.empty() || protocol::send(client.socket(), protocol::Type::data, bytes)) && !left;
}

}  // namespace

Status console(const Places& places, const ContainerName& name, char escape_letter) {
    if (isatty(STDIN_FILENO) != 1) {
        return FAIL(Code::usage, "console %s: standard input is no terminal; cubby logs shows the output",
                    name.c_str());
    }
    const auto directory = open_container(places, name);
    MonitorClient client = TRY(MonitorClient::connect(places.lxcpath, name, directory ? &*directory : nullptr));
    TRY(client.ask(protocol::Type::console));
    EventLoop loop = TRY(EventLoop::make());
    constexpr std::array<int, 4> kSignals{SIGWINCH, SIGTERM, SIGHUP, SIGINT};
    const Fd signals = TRY(open_signals(kSignals));
    TRY(loop.watch(signals.get(), EPOLLIN, [&](uint32_t) {
        if (next_signal(signals.get()) == SIGWINCH) {
            send_size(client);
        } else {
            loop.stop();
        }
    }));
    Escape escape(escape_letter);
    TRY(loop.watch(client.socket(), EPOLLIN, [&](uint32_t) { show_frame(client) ? void() : loop.stop(); }));
    TRY(loop.watch(STDIN_FILENO, EPOLLIN, [&](uint32_t) { send_typed(client, escape) ? void() : loop.stop(); }));
    send_size(client);
    const RawTerminal raw(STDIN_FILENO);
    return loop.run();
}

Status logs(const Places& places, const ContainerName& name, bool follow,
            const std::function<void(std::string_view)>& out) {
    const auto directory = open_container(places, name);
    auto client = MonitorClient::connect(places.lxcpath, name, directory ? &*directory : nullptr);
    if (client) {
        const protocol::LogOrder order{follow ? 1U : 0U, 0};
        TRY(protocol::send(client->socket(), protocol::Type::log, protocol::bytes_of(order)));
        for (;;) {
            const auto reply = client->next();
            if (!reply || reply->incoming.type == protocol::Type::end) {
                return {};
            }
            out(reply->incoming.payload);
        }
    }
    if (!directory) {
        return std::unexpected(directory.error());
    }
    const auto document = TRY(load_document(places, *directory, name));
    const std::string log_file = TRY(load_spec(places, name, document)).spec.console.log_file;
    if (log_file.empty()) {
        return FAIL(Code::wrong_state, "%s is not running and keeps no log; lxc.console.logfile = /path keeps one",
                    name.c_str());
    }
    const Fd file = TRY(open_named(log_file, O_RDONLY | O_NONBLOCK));
    char chunk[65536];
    for (ssize_t got = 0; (got = read(file.get(), chunk, sizeof chunk)) > 0;) {
        out({chunk, static_cast<size_t>(got)});
    }
    return {};
}

}  // namespace cubby
