#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>

#include "container/foreground.h"
#include "container/operations.h"
#include "container/store.h"
#include "kernel/pty.h"
#include "monitor/client.h"
#include "monitor/terminal.h"

namespace cubby {
namespace {

void copy_size(const Terminal& terminal) {
    winsize size{};
    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) {
        terminal.resize({size.ws_row, size.ws_col});
    }
}

// What it shows next; false at its end.
bool show(Terminal& terminal) {
    const auto shown = terminal.read();
    return shown && write_all(STDOUT_FILENO, *shown, "the terminal").has_value();
}

// One read of the user's terminal; false when he leaves.
bool send_typed(const Terminal& terminal, Escape& escape) {
    char typed[1024];
    const ssize_t got = read(STDIN_FILENO, typed, sizeof typed);
    if (got <= 0) {
        return false;
    }
    bool left = false;
    const std::string bytes = escape.filter({typed, static_cast<size_t>(got)}, left);
    return (bytes.empty() || terminal.write(bytes)) && !left;
}

}  // namespace

Status console(const Places& places, const ContainerName& name, const ConsoleRequest& request) {
    if (isatty(STDIN_FILENO) != 1) {
        return FAIL(Code::usage, "console %s: standard input is no terminal; cubby logs shows the output",
                    name.c_str());
    }
    const auto directory = open_container(places, name);
    auto joined = Terminal::join(TRY(MonitorClient::connect(places.lxcpath, name, directory ? &*directory : nullptr)),
                                 request.tty);
    if (!joined) {
        return std::unexpected(prefixed(joined.error(), "console %s", name.c_str()));
    }
    Terminal& terminal = *joined;
    if (request.joined) {
        request.joined(terminal.number());
    }
    EventLoop loop = TRY(EventLoop::make());
    constexpr std::array<int, 4> kSignals{SIGWINCH, SIGTERM, SIGHUP, SIGINT};
    const Fd signals = TRY(open_signals(kSignals));
    TRY(loop.watch(signals.get(), EPOLLIN, [&](uint32_t) {
        if (next_signal(signals.get()) == SIGWINCH) {
            copy_size(terminal);
        } else {
            loop.stop();
        }
    }));
    Escape escape(request.escape_letter & 0x1f);
    TRY(loop.watch(terminal.fd(), EPOLLIN, [&](uint32_t) { show(terminal) ? void() : loop.stop(); }));
    TRY(loop.watch(STDIN_FILENO, EPOLLIN, [&](uint32_t) { send_typed(terminal, escape) ? void() : loop.stop(); }));
    copy_size(terminal);
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
