#include "container/foreground.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "kernel/root.h"

namespace cubby {

bool on_terminal() noexcept { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

Result<std::unique_ptr<Foreground>> Foreground::prepare(bool interactive) {
    std::unique_ptr<Foreground> self(new Foreground);
    for (int fd = 0; fd < 3; ++fd) {
        const auto at = static_cast<size_t>(fd);
        const bool closed = fcntl(fd, F_GETFD) < 0;
        if (closed || (fd == STDIN_FILENO && !interactive)) {
            self->owned_.push_back(TRY(open_named("/dev/null", O_RDWR)));
            self->inside_[at] = self->owned_.back().get();
        } else if (isatty(fd) == 1) {
            int ends[2];
            if (pipe2(ends, O_CLOEXEC) != 0) {
                return FAIL_ERRNO("make a pipe");
            }
            const bool input = fd == STDIN_FILENO;
            self->owned_.emplace_back(ends[input ? 0 : 1]);
            self->outside_[at].reset(ends[input ? 1 : 0]);
            self->inside_[at] = self->owned_.back().get();
        } else {
            self->inside_[at] = fd;
        }
    }
    return self;
}

Status Foreground::begin(EventLoop& loop, int pidfd, Fd console) {
    owned_.clear();
    pidfd_ = pidfd;
    console_ = std::move(console);
    // A reader that has gone is seen as an error of write, not as the end of this command.
    signal(SIGPIPE, SIG_IGN);
    return console_ ? relay_terminal(loop) : relay_pipes(loop);
}

Status Foreground::relay_pipes(EventLoop& loop) {
    if (outside_[0]) {
        inputs_.push_back(
            std::make_unique<Pump>(loop, STDIN_FILENO, outside_[0].get(), [this] { outside_[0].reset(); }));
        TRY(inputs_.back()->begin());
    }
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
        const Fd& source = outside_[static_cast<size_t>(fd)];
        if (source) {
            outputs_.push_back(std::make_unique<Pump>(loop, source.get(), fd, nullptr));
            TRY(outputs_.back()->begin());
        }
    }
    return {};
}

Status Foreground::relay_terminal(EventLoop& loop) {
    outside_ = {};
    const int flags = fcntl(console_.get(), F_GETFL);
    if (flags < 0 || fcntl(console_.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
        return FAIL_ERRNO("set up the console");
    }
    static_cast<void>(copy_window_size(STDIN_FILENO, console_.get()).has_value());
    raw_ = std::make_unique<RawTerminal>(STDIN_FILENO);
    // Two descriptors of the one master, since each pump watches its own.
    const Fd* source = &owned_.emplace_back(fcntl(console_.get(), F_DUPFD_CLOEXEC, 3));
    Pump::Filter filter;
    if (record_) {
        filter = [this](std::string_view bytes) {
            static_cast<void>(write_all(record_.get(), bytes, "the terminal's log").has_value());
            return Pump::Filtered{std::string(bytes)};
        };
    }
    outputs_.push_back(std::make_unique<Pump>(loop, source->get(), STDOUT_FILENO, nullptr, std::move(filter)));
    inputs_.push_back(std::make_unique<Pump>(loop, STDIN_FILENO, console_.get(), nullptr));
    TRY(outputs_.back()->begin());
    return inputs_.back()->begin();
}

void Foreground::forward(int signal) noexcept {
    if (signal == SIGWINCH) {
        if (console_) {
            static_cast<void>(copy_window_size(STDIN_FILENO, console_.get()).has_value());
        }
        return;
    }
    if (pidfd_ >= 0) {
        static_cast<void>(send_signal(pidfd_, signal).has_value());
    }
}

void Foreground::finish() {
    inputs_.clear();
    for (auto& output : outputs_) {
        output->drain();
    }
    outputs_.clear();
    raw_.reset();
}

}  // namespace cubby
