#include "capi/console_relay.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <optional>

#include "kernel/pty.h"
#include "kernel/root.h"

namespace cubby::capi {
namespace {

constexpr int kLookMs = 250;  // at the window's size: a library has no signal handler for SIGWINCH

constexpr int kMostLeft = 16;  // reads of what a process has left in its terminal; others may go on writing

// The terminal, as both relays need it.
struct Inside {
    int fd;
    int ended;  // readable when its user has ended, which ends the relay then and not the terminal's hang-up; else -1
    std::function<std::optional<std::string>()> read;
    std::function<Status(std::string_view)> write;
    std::function<void(uint16_t rows, uint16_t columns)> resize;
};

class Relay {
  public:
    Relay(Inside inside, const ConsoleEnds& ends) noexcept
        : inside_(std::move(inside)), ends_(ends), escape_(ends.escape), terminal_(isatty(ends.in) == 1) {}

    Status run() {
        pollfd watched[] = {{inside_.fd, POLLIN, 0}, {ends_.in, POLLIN, 0}, {inside_.ended, POLLIN, 0}};
        for (;;) {
            send_size();
            const int ready = poll(watched, 3, terminal_ || watched[0].fd < 0 ? kLookMs : -1);
            if (ready < 0 && errno != EINTR) {
                return FAIL_ERRNO("wait for the terminal");
            }
            if (ready <= 0) {
                watched[0].fd = inside_.fd;
                continue;
            }
            if (watched[2].revents != 0) {
                show_rest();
                return {};
            }
            if (watched[0].revents != 0 && !shown(watched[0])) {
                return {};
            }
            if (watched[1].revents != 0 && !take(watched[1])) {
                return {};
            }
        }
    }

  private:
    // One read of the terminal; false where that ends the relay.
    bool shown(pollfd& terminal) const {
        const auto bytes = inside_.read();
        if (!bytes) {
            terminal.fd = -1;  // nobody holds it now; somebody may open it again
            return inside_.ended >= 0;
        }
        return ends_.out < 0 || write_all(ends_.out, *bytes, "the terminal").has_value();
    }

    void show_rest() const {
        pollfd terminal{inside_.fd, POLLIN, 0};
        for (int at = 0; at < kMostLeft && poll(&terminal, 1, 0) == 1; ++at) {
            if (!shown(terminal) || terminal.fd < 0) {
                return;
            }
        }
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
        const std::string bytes = escape_.filter({typed, static_cast<size_t>(got)}, left);
        return (bytes.empty() || inside_.write(bytes) || inside_.ended >= 0) && !left;
    }

    void send_size() {
        winsize size{};
        if (!terminal_ || ioctl(ends_.in, TIOCGWINSZ, &size) != 0 ||
            (size.ws_row == rows_ && size.ws_col == columns_)) {
            return;
        }
        rows_ = size.ws_row;
        columns_ = size.ws_col;
        inside_.resize(rows_, columns_);
    }

    Inside inside_;
    ConsoleEnds ends_;
    Escape escape_;
    bool terminal_;  // what is typed comes from one
    uint16_t rows_ = 0;
    uint16_t columns_ = 0;
};

}  // namespace

Status relay_console(Terminal& inside, const ConsoleEnds& ends) {
    const RawTerminal raw(ends.in);
    return Relay({inside.fd(), -1, [&] { return inside.read(); },
                  [&](std::string_view typed) { return inside.write(typed); },
                  [&](uint16_t rows, uint16_t columns) { inside.resize({rows, columns}); }},
                 ends)
        .run();
}

Status relay_attached(const AttachedTerminal& inside, const ConsoleEnds& ends) {
    const RawTerminal raw(ends.in);
    const auto read = [&] {
        auto bytes = read_shown(inside.master);
        if (bytes && inside.log >= 0) {
            static_cast<void>(write_all(inside.log, *bytes, "the terminal's log").has_value());
        }
        return bytes;
    };
    return Relay({inside.master, inside.pidfd, read,
                  [&](std::string_view typed) { return write_all(inside.master, typed, "the terminal"); },
                  [&](uint16_t rows, uint16_t columns) { set_window_size(inside.master, rows, columns); }},
                 ends)
        .run();
}

}  // namespace cubby::capi
