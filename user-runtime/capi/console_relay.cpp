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
    Relay(Terminal& inside, const ConsoleEnds& ends) noexcept
        : inside_(inside), ends_(ends), escape_(ends.escape), terminal_(isatty(ends.in) == 1) {}

    Status run() {
        pollfd watched[] = {{inside_.fd(), POLLIN, 0}, {ends_.in, POLLIN, 0}};
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
    // What it shows next; false at its end.
    bool show() {
        const auto shown = inside_.read();
        return shown && write_all(ends_.out, *shown, "the terminal").has_value();
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
        return (bytes.empty() || inside_.write(bytes)) && !left;
    }

    void send_size() {
        winsize size{};
        if (!terminal_ || ioctl(ends_.in, TIOCGWINSZ, &size) != 0 ||
            (size.ws_row == rows_ && size.ws_col == columns_)) {
            return;
        }
        rows_ = size.ws_row;
        columns_ = size.ws_col;
        inside_.resize({rows_, columns_});
    }

    Terminal& inside_;
    ConsoleEnds ends_;
    Escape escape_;
    bool terminal_;  // what is typed comes from one
    uint16_t rows_ = 0;
    uint16_t columns_ = 0;
};

}  // namespace

Status relay_console(Terminal& inside, const ConsoleEnds& ends) {
    const RawTerminal raw(ends.in);
    return Relay(inside, ends).run();
}

}  // namespace cubby::capi
