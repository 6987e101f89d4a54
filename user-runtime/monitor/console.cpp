#include "monitor/console.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "kernel/pty.h"

namespace cubby {

Console::Console(Fd master, const ConsoleSpec& spec, ConsoleLog log, ConsoleDevice device) noexcept
    : master_(std::move(master)), log_(std::move(log)), device_(std::move(device)), ring_(spec.buffer_size) {}

Status Console::serve(EventLoop& loop) {
    const int flags = fcntl(master_.get(), F_GETFL);
    if (flags < 0 || fcntl(master_.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
        return FAIL_ERRNO("serve the console");
    }
    peer_ = TRY(open_peer(master_.get()));
    if (const int terminal = device_.terminal(); terminal >= 0) {
        static_cast<void>(copy_window_size(terminal, master_.get()).has_value());
        TRY(loop.watch(terminal, EPOLLIN, [this, &loop](uint32_t) { read_device(loop); }));
    }
    return loop.watch(master_.get(), EPOLLIN, [this](uint32_t) { read_some(); });
}

void Console::read_device(EventLoop& loop) {
    const int terminal = device_.terminal();
    if (const auto typed = device_.read()) {
        write_input(*typed);
    } else {
        loop.forget(terminal);
    }
}

bool Console::read_some() {
    std::array<char, 8192> chunk;
    const ssize_t got = read(master_.get(), chunk.data(), chunk.size());
    if (got <= 0) {
        return false;
    }
    distribute({chunk.data(), static_cast<size_t>(got)});
    return true;
}

void Console::drain() {
    while (read_some()) {
    }
}

void Console::distribute(std::string_view bytes) {
    ring_.append(bytes);
    if (!log_.write(bytes) || !device_.show(bytes)) {
        dropped_ += bytes.size();
    }
    for (const int reader : readers_) {
        if (!protocol::send(reader, protocol::Type::data, bytes)) {
            dropped_ += bytes.size();
        }
    }
}

void Console::write_input(std::string_view bytes) noexcept {
    // The pty takes what its line discipline has room for; more than that nobody can have typed.
    if (write(master_.get(), bytes.data(), bytes.size()) < 0 && errno == EAGAIN) {
        dropped_ += bytes.size();
    }
}

void Console::resize(const protocol::WindowSize& size) noexcept {
    winsize window{};
    window.ws_row = size.rows;
    window.ws_col = size.columns;
    ioctl(master_.get(), TIOCSWINSZ, &window);
}

}  // namespace cubby
