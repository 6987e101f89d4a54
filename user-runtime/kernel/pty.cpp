#include "kernel/pty.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "kernel/mount_fd.h"
#include "kernel/openat2.h"

namespace cubby {

Result<Pty> open_pty(int devpts) noexcept {
    if (TRY(filesystem_magic(devpts)) != DEVPTS_SUPER_MAGIC) {
        return FAIL(Code::denied, "the container's /dev/pts is not a devpts file system");
    }
    Pty pty;
    pty.master.reset(
        openat2_retry(devpts, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC, 0, RESOLVE_BENEATH | RESOLVE_NO_XDEV));
    int locked = 0;
    if (!pty.master || ioctl(pty.master.get(), TIOCSPTLCK, &locked) != 0) {
        return FAIL_ERRNO("open a pseudo terminal");
    }
    pty.peer = TRY(open_peer(pty.master.get()));
    return pty;
}

Result<Fd> open_peer(int master) noexcept {
    Fd peer(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!peer) {
        return FAIL_ERRNO("open the terminal's peer");
    }
    return peer;
}

Status take_terminal(int terminal) noexcept {
    if (ioctl(terminal, TIOCSCTTY, 0) != 0) {
        return FAIL_ERRNO("take the terminal");
    }
    return {};
}

Status copy_window_size(int from, int to) noexcept {
    winsize size{};
    if (ioctl(from, TIOCGWINSZ, &size) != 0 || ioctl(to, TIOCSWINSZ, &size) != 0) {
        return FAIL_ERRNO("set the window size");
    }
    return {};
}

void set_window_size(int terminal, uint16_t rows, uint16_t columns) noexcept {
    winsize size{};
    size.ws_row = rows;
    size.ws_col = columns;
    ioctl(terminal, TIOCSWINSZ, &size);
}

std::optional<std::string> read_shown(int master) {
    std::array<char, 8192> chunk;
    const ssize_t got = read(master, chunk.data(), chunk.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
        return std::string();
    }
    return got > 0 ? std::optional(std::string(chunk.data(), static_cast<size_t>(got))) : std::nullopt;
}

RawTerminal::RawTerminal(int terminal) noexcept {
    if (tcgetattr(terminal, &saved_) != 0) {
        return;
    }
    termios raw = saved_;
    cfmakeraw(&raw);
    if (tcsetattr(terminal, TCSADRAIN, &raw) == 0) {
        terminal_ = terminal;
    }
}

RawTerminal::~RawTerminal() {
    if (terminal_ >= 0) {
        tcsetattr(terminal_, TCSADRAIN, &saved_);
    }
}

}  // namespace cubby
