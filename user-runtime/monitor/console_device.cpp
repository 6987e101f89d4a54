#include "monitor/console_device.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "kernel/root.h"

namespace cubby {

Result<ConsoleDevice> ConsoleDevice::open(const std::string& path) {
    ConsoleDevice device;
    if (path.empty() || path == "none") {
        return device;
    }
    auto opened = open_named(path, O_RDWR | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK, 0600);
    if (!opened) {
        return std::unexpected(prefixed(opened.error(), "lxc.console.path"));
    }
    device.fd_ = std::move(*opened);
    struct stat info{};
    if (isatty(device.fd_.get()) == 1) {
        device.raw_ = std::make_unique<RawTerminal>(device.fd_.get());
    } else if (fstat(device.fd_.get(), &info) != 0 || (!S_ISREG(info.st_mode) && !S_ISCHR(info.st_mode))) {
        return FAIL(Code::invalid_config,
                    "lxc.console.path: %s is neither a terminal nor a file nor a device of characters", path.c_str());
    }
    return device;
}

bool ConsoleDevice::show(std::string_view bytes) const noexcept {
    return !fd_ || write(fd_.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
}

std::optional<std::string> ConsoleDevice::read() {
    std::array<char, 1024> typed;
    const ssize_t got = ::read(fd_.get(), typed.data(), typed.size());
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) {
        return std::string(typed.data(), static_cast<size_t>(got > 0 ? got : 0));
    }
    raw_.reset();
    fd_.reset();
    return std::nullopt;
}

}  // namespace cubby
