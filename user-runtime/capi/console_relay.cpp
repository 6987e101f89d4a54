#include "capi/console_relay.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "kernel/pty.h"
#include "kernel/root.h"

namespace cubby::capi {
namespace {

constexpr int kLookMs = 250;  // at the window's size: a library has no signal handler for SIGWINCH

class Relay {
  public:
    Relay(MonitorClient& client, const ConsoleEnds& ends) noexcept
        : client_(client), ends_(ends), terminal_(isatty(ends.in) == 1) {}

    Status run() {
        pollfd watched[] = {{client_.socket(), POLLIN, 0}, {ends_.in, POLLIN, 0}};
        for (;;) {
            send_size();
            const int ready = poll(watched, 2, terminal_ ? kLookMs : -1);
            if (ready < 0 && errno != EINTR) {
                return FAIL_ERRNO("wait for the console");
            }
            if (ready <= 0) {
                continue;
            }
            if (watched[0].revents != 0 && !show()) {
                return {};
            }
            if (watched[1].revents != 0 && !take(watched[1])) {
                return {};
            }
        }
    }

  private:
    // One message of the monitor; false at the end.
    bool show() {
        const auto reply = client_.next();
        if (!reply || reply->incoming.type == protocol::Type::end) {
            return false;
        }
        return reply->incoming.type != protocol::Type::data ||
               write_all(ends_.out, reply->incoming.payload, "the terminal").has_value();
    }

    // One read of the input; false when the user leaves, or his terminal is gone.
    bool take(pollfd& input) {
        char typed[1024];
        const ssize_t got = (input.revents & POLLIN) != 0 ? read(ends_.in, typed, sizeof typed) : 0;
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            return true;
        }
        if (got <= 0) {
            input.fd = -1;
            return !terminal_;
        }
        bool left = false;
        const std::string bytes = filter({typed, static_cast<size_t>(got)}, left);
        return (bytes.empty() || protocol::send(client_.socket(), protocol::Type::data, bytes)) && !left;
    }

    std::string filter(std::string_view typed, bool& left) {
        std::string out;
        for (const char byte : typed) {
            const bool escape = ends_.escape > 0 && byte == ends_.escape;
            if (!seen_ && escape) {
                seen_ = true;
                continue;
            }
            if (seen_ && byte == 'q') {
                left = true;
                return out;
            }
            if (seen_ && !escape) {
                out += static_cast<char>(ends_.escape);
            }
            seen_ = false;
            out += byte;
        }
        return out;
    }

    void send_size() {
        winsize size{};
        if (!terminal_ || ioctl(ends_.in, TIOCGWINSZ, &size) != 0 ||
            (size.ws_row == rows_ && size.ws_col == columns_)) {
            return;
        }
        rows_ = size.ws_row;
        columns_ = size.ws_col;
        const protocol::WindowSize window{rows_, columns_};
        static_cast<void>(
            protocol::send(client_.socket(), protocol::Type::window, protocol::bytes_of(window)).has_value());
    }

    MonitorClient& client_;
    ConsoleEnds ends_;
    bool terminal_;
    bool seen_ = false;
    uint16_t rows_ = 0;
    uint16_t columns_ = 0;
};

}  // namespace

Status relay_console(MonitorClient& client, const ConsoleEnds& ends) {
    const RawTerminal raw(ends.in);
    return Relay(client, ends).run();
}

}  // namespace cubby::capi
