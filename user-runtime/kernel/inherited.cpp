#include "kernel/inherited.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"

namespace cubby {

Status shed_inherited(int keep) noexcept {
    DIR* open_files = opendir("/proc/self/fd");
    if (open_files == nullptr) {
        return FAIL_ERRNO("list the open descriptors");
    }
    while (const dirent* entry = readdir(open_files)) {
        const auto number = parse_unsigned(entry->d_name, INT32_MAX, "descriptor");
        struct stat info{};
        if (!number || *number < 3) {
            continue;
        }
        const auto fd = static_cast<int>(*number);
        if (fd != dirfd(open_files) && fd != keep && fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
            close(fd);
        }
    }
    closedir(open_files);
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
        return FAIL_ERRNO("mark the open descriptors close-on-exec");
    }
    return {};
}

Status keep_only(int socket) noexcept {
    const Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    for (int fd = 0; fd < kKeptSocket; ++fd) {
        if (!null || dup2(null.get(), fd) < 0) {
            return FAIL_ERRNO("give up the standard descriptors");
        }
    }
    if ((socket != kKeptSocket && dup2(socket, kKeptSocket) < 0) || close_range(kKeptSocket + 1, ~0U, 0) != 0 ||
        fcntl(kKeptSocket, F_SETFD, FD_CLOEXEC) != 0) {
        return FAIL_ERRNO("give up the other descriptors");
    }
    return {};
}

}  // namespace cubby
