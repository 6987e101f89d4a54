#include "kernel/guest_path.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "kernel/openat2.h"

namespace cubby::guest {
namespace {

constexpr uint64_t kResolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;

int open_raw(int root, const char* path, int flags, mode_t mode = 0) noexcept {
    return openat2_retry(root, path, static_cast<uint64_t>(flags | O_CLOEXEC), mode, kResolve);
}

// The directory part and the last component of a guest path.
struct Split {
    std::array<char, PATH_MAX> directory{};
    const char* name = nullptr;
};

Status split(const char* path, Split& out) noexcept {
    const char* slash = strrchr(path, '/');
    const size_t length = slash == nullptr ? 0 : static_cast<size_t>(slash - path);
    if (length >= out.directory.size()) {
        errno = ENAMETOOLONG;
        return FAIL_ERRNO("path inside the container");
    }
    memcpy(out.directory.data(), length == 0 ? "." : path, length == 0 ? 1 : length);
    out.name = slash == nullptr ? path : slash + 1;
    return {};
}

Result<Fd> parent_of(int root, const char* path, Split& parts) noexcept {
    TRY(split(path, parts));
    Fd directory(open_raw(root, parts.directory.data(), O_PATH | O_DIRECTORY));
    if (!directory && errno == ENOENT) {
        return ensure_dir(root, parts.directory.data());
    }
    if (!directory) {
        return FAIL_ERRNO("open /%s in the container", parts.directory.data());
    }
    return directory;
}

}  // namespace

Result<Fd> open(int root, const char* path, bool follow) noexcept {
    Fd fd(open_raw(root, path, O_PATH | (follow ? 0 : O_NOFOLLOW)));
    if (!fd) {
        return FAIL_ERRNO("open /%s in the container", path);
    }
    return fd;
}

Result<Fd> ensure_dir(int root, const char* path, mode_t mode) noexcept {
    std::array<char, PATH_MAX> prefix{};
    const size_t length = strlen(path);
    if (length >= prefix.size()) {
        errno = ENAMETOOLONG;
        return FAIL_ERRNO("path inside the container");
    }
    // One component after the other, each resolved inside the root: a link on the way leads where the container's own
    // processes would be led, never out.
    Fd current(open_raw(root, ".", O_PATH | O_DIRECTORY));
    for (size_t end = 0; current && end < length;) {
        const size_t start = end;
        end = start + strcspn(path + start, "/");
        memcpy(prefix.data(), path, end);
        prefix[end] = '\0';
        Fd next(open_raw(root, prefix.data(), O_PATH | O_DIRECTORY));
        if (!next && errno == ENOENT && mkdirat(current.get(), prefix.data() + start, mode) == 0) {
            next.reset(open_raw(root, prefix.data(), O_PATH | O_DIRECTORY));
        }
        current = std::move(next);
        end += path[end] == '/' ? 1 : 0;
    }
    if (!current) {
        return FAIL_ERRNO("make directory /%s in the container", path);
    }
    return current;
}

Result<Fd> ensure_real_dir(int root, const char* path) noexcept {
    const auto attempt = [&] {
        return Fd(openat2_retry(root, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0, kResolve | RESOLVE_NO_SYMLINKS));
    };
    Fd real = attempt();
    if (!real && errno == ENOENT) {
        static_cast<void>(TRY(ensure_dir(root, path)));
        real = attempt();
    }
    if (!real) {
        return FAIL_ERRNO("/%s in the container must be a directory, not behind a link", path);
    }
    return real;
}

Result<Fd> ensure_file(int root, const char* path) noexcept {
    Fd there(open_raw(root, path, O_PATH));
    if (there) {
        struct stat info{};
        if (fstat(there.get(), &info) == 0 && S_ISDIR(info.st_mode)) {
            errno = EISDIR;
            return FAIL_ERRNO("/%s in the container", path);
        }
        return there;
    }
    Split parts;
    const Fd directory = TRY(parent_of(root, path, parts));
    const Fd made(openat(directory.get(), parts.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!made && errno != EEXIST) {
        return FAIL_ERRNO("make file /%s in the container", path);
    }
    return open(root, path, true);
}

Status ensure_link(int root, const char* path, const char* target) noexcept {
    Split parts;
    const Fd directory = TRY(parent_of(root, path, parts));
    if (symlinkat(target, directory.get(), parts.name) != 0 && errno != EEXIST) {
        return FAIL_ERRNO("make link /%s in the container", path);
    }
    return {};
}

}  // namespace cubby::guest
