#include <sys/sysmacros.h>

#include <array>
#include <climits>

#include "kernel/openat2.h"
#include "kernel/root.h"

namespace cubby {

Result<Fd> open_named(const std::string& host_path, int flags, mode_t mode) {
    Fd fd(openat2_retry(AT_FDCWD, host_path.c_str(), static_cast<uint64_t>(flags | O_CLOEXEC), mode, 0));
    if (!fd && errno == ENOSYS) {
        return FAIL(Code::unsupported,
                    "this kernel has no openat2, or a filter forbids it; no path is opened without it");
    }
    if (!fd) {
        return std::unexpected(open_error(errno, host_path.c_str()));
    }
    return fd;
}

Result<std::string> read_named(const std::string& host_path, size_t limit) {
    const Fd fd = TRY(open_named(host_path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    struct stat info{};
    if (fstat(fd.get(), &info) != 0) {
        return FAIL_ERRNO("stat %s", host_path.c_str());
    }
    if (!S_ISREG(info.st_mode)) {
        return FAIL(Code::denied, "%s is not a regular file", host_path.c_str());
    }
    return read_all(fd.get(), limit, host_path.c_str());
}

Result<std::string> read_all(int fd, size_t limit, const char* what) {
    std::string text;
    std::array<char, 16384> chunk;
    for (;;) {
        const ssize_t got = ::read(fd, chunk.data(), chunk.size());
        if (got == 0) {
            return text;
        }
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return FAIL_ERRNO("read %s", what);
        }
        if (text.size() + static_cast<size_t>(got) > limit) {
            return FAIL(Code::usage, "%s is larger than %zu bytes", what, limit);
        }
        text.append(chunk.data(), static_cast<size_t>(got));
    }
}

Status write_all(int fd, std::string_view bytes, const char* what) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0) {
            if (errno == EINTR) {
                continue;
            }
            return FAIL_ERRNO("write %s", what);
        }
        bytes.remove_prefix(static_cast<size_t>(put));
    }
    return {};
}

namespace {

Result<PinnedPath> pin_opened(const Fd& fd, const std::string& host_path) {
    struct stat info{};
    std::array<char, 32> link{};
    std::array<char, PATH_MAX> target{};
    snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd.get());
    const ssize_t length = readlink(link.data(), target.data(), target.size());
    if (length <= 0 || fstat(fd.get(), &info) != 0) {
        return FAIL_ERRNO("resolve %s", host_path.c_str());
    }
    PinnedPath pinned{std::string(target.data(), static_cast<size_t>(length)), info.st_dev, info.st_ino};
    if (pinned.path.front() != '/') {
        return FAIL(Code::unsupported, "%s has no path in this mount namespace", host_path.c_str());
    }
    return pinned;
}

}  // namespace

Result<PinnedPath> pin(const std::string& host_path) {
    return pin_opened(TRY(open_named(host_path, O_PATH)), host_path);
}

Result<PinnedPath> pin_own(const std::string& host_path) { return pin_opened(TRY(open_own(host_path)), host_path); }

Result<Fd> open_pinned(const char* path, dev_t device, ino_t inode) noexcept {
    Fd fd(openat2_retry(AT_FDCWD, path, O_PATH | O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS));
    if (!fd) {
        return FAIL_ERRNO("open %s", path);
    }
    struct stat info{};
    if (fstat(fd.get(), &info) != 0) {
        return FAIL_ERRNO("stat %s", path);
    }
    if (info.st_dev != device || info.st_ino != inode) {
        return FAIL(Code::busy, "%s was replaced while the container was starting; try again", path);
    }
    return fd;
}

}  // namespace cubby
