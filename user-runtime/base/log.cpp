#include "base/log.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>

namespace cubby::log {
namespace {

constinit int target_fd = STDERR_FILENO;
constinit Level least_level = Level::warn;
constinit const char* program_name = "cubby";

}  // namespace

void set_target(int fd) noexcept { target_fd = fd; }
void set_level(Level least) noexcept { least_level = least; }
void set_name(const char* name) noexcept { program_name = name; }

void line(Level level, const char* format, ...) noexcept {
    if (level < least_level || target_fd < 0) {
        return;
    }
    const int saved_errno = errno;
    char buffer[1024];
    const int prefix = std::max(snprintf(buffer, sizeof buffer - 1, "%s: ", program_name), 0);
    va_list args;
    va_start(args, format);
    const int body =
        std::max(vsnprintf(buffer + prefix, sizeof buffer - 1 - static_cast<size_t>(prefix), format, args), 0);
    va_end(args);
    const size_t length = std::min(static_cast<size_t>(prefix) + static_cast<size_t>(body), sizeof buffer - 2);
    buffer[length] = '\n';
    // A log line that cannot be written is lost on purpose: a full disk must not stop a container (F29).
    [[maybe_unused]] const auto written = write(target_fd, buffer, length + 1);
    errno = saved_errno;
}

}  // namespace cubby::log
