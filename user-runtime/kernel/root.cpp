#include "kernel/root.h"

#include <dirent.h>

#include <array>
#include <climits>
#include <cstdlib>

#include "kernel/openat2.h"

namespace cubby {
namespace {

constexpr uint64_t kHostResolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
constexpr uint64_t kGuestResolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;

uint64_t resolve_flags(Trust trust) noexcept { return trust == Trust::host ? kHostResolve : kGuestResolve; }

Status sync_directory(int dir, const char* what) noexcept {
    // A directory opened O_PATH cannot be synced.
    const Fd readable(openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!readable || fsync(readable.get()) != 0) {
        return FAIL_ERRNO("sync %s", what);
    }
    return {};
}

}  // namespace

Result<Root> Root::at(const std::string& host_path, Trust trust) {
    return Root(TRY(open_named(host_path, O_PATH | O_DIRECTORY)), trust);
}

Result<Root> Root::make(const std::string& host_path, Trust trust, mode_t mode) {
    if (auto there = at(host_path, trust)) {
        return there;
    }
    if (host_path.empty() || host_path.front() != '/') {
        return FAIL(Code::usage, "'%s' is not an absolute path", host_path.c_str());
    }
    for (size_t slash = host_path.find('/', 1);; slash = host_path.find('/', slash + 1)) {
        const std::string prefix = host_path.substr(0, slash);
        if (::mkdir(prefix.c_str(), mode) != 0 && errno != EEXIST) {
            const int why = errno;
            if (auto seen = at(prefix, trust); !seen) {
                errno = why;
                return FAIL_ERRNO("make directory %s", prefix.c_str());
            }
        }
        if (slash == std::string::npos) {
            return at(host_path, trust);
        }
    }
}

Result<Fd> Root::open(const RelPath& path, int flags, mode_t mode, bool follow_last) const {
    if (trust_ == Trust::guest && !follow_last) {
        flags |= O_NOFOLLOW;
    }
    Fd fd(
        openat2_retry(dir_.get(), path.c_str(), static_cast<uint64_t>(flags | O_CLOEXEC), mode, resolve_flags(trust_)));
    if (!fd) {
        return std::unexpected(open_error(errno, path.c_str()));
    }
    return fd;
}

Result<Root> Root::enter(const RelPath& path) const { return Root(TRY(open(path, O_PATH | O_DIRECTORY)), trust_); }

Result<Fd> Root::parent(const RelPath& path) const {
    if (path.parent().empty()) {
        Fd self(openat2_retry(dir_.get(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0));
        if (!self) {
            return FAIL_ERRNO("open the directory of %s", path.c_str());
        }
        return self;
    }
    // In a guest tree the directories on the way may be links; they resolve inside the root.
    return open(TRY(RelPath::parse(path.parent())), O_PATH | O_DIRECTORY, 0, true);
}

Result<struct stat> Root::stat(const RelPath& path) const {
    const Fd fd = TRY(open(path, O_PATH | O_NOFOLLOW));
    struct stat info{};
    if (fstat(fd.get(), &info) != 0) {
        return FAIL_ERRNO("stat %s", path.c_str());
    }
    return info;
}

Result<FileIdentity> Root::identity(const RelPath& path) const {
    constexpr uint64_t kNanoseconds = 1'000'000'000;
    const Fd fd = TRY(open(path, O_PATH | O_NOFOLLOW));
    struct statx info{};
    if (statx(fd.get(), "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &info) != 0) {
        return FAIL_ERRNO("stat %s", path.c_str());
    }
    FileIdentity identity{info.stx_ino, 0};
    if ((info.stx_mask & STATX_BTIME) != 0 && info.stx_btime.tv_sec >= 0) {
        identity.born = static_cast<uint64_t>(info.stx_btime.tv_sec) * kNanoseconds + info.stx_btime.tv_nsec;
    }
    return identity;
}

bool Root::exists(const RelPath& path) const { return open(path, O_PATH | O_NOFOLLOW).has_value(); }

Status Root::mkdir(const RelPath& path, mode_t mode) const {
    const Fd dir = TRY(parent(path));
    const std::string name(path.name());
    if (mkdirat(dir.get(), name.c_str(), mode) != 0) {
        return FAIL_ERRNO("make directory %s", path.c_str());
    }
    return {};
}

Status Root::make_dirs(const RelPath& path, mode_t mode) const {
    for (size_t slash = path.str().find('/');; slash = path.str().find('/', slash + 1)) {
        auto made = mkdir(TRY(RelPath::parse(std::string_view(path.str()).substr(0, slash))), mode);
        if (!made && made.error().code != Code::exists) {
            return made;
        }
        if (slash == std::string::npos) {
            return {};
        }
    }
}

Status Root::unlink(const RelPath& path) const {
    const Fd dir = TRY(parent(path));
    const std::string name(path.name());
    if (unlinkat(dir.get(), name.c_str(), 0) != 0) {
        return FAIL_ERRNO("remove %s", path.c_str());
    }
    return {};
}

Status Root::rmdir(const RelPath& path) const {
    const Fd dir = TRY(parent(path));
    const std::string name(path.name());
    if (unlinkat(dir.get(), name.c_str(), AT_REMOVEDIR) != 0) {
        return FAIL_ERRNO("remove directory %s", path.c_str());
    }
    return {};
}

Status Root::rename(const RelPath& from, const RelPath& to, unsigned flags) const {
    const Fd from_dir = TRY(parent(from));
    const Fd to_dir = TRY(parent(to));
    const std::string from_name(from.name());
    const std::string to_name(to.name());
    if (renameat2(from_dir.get(), from_name.c_str(), to_dir.get(), to_name.c_str(), flags) != 0) {
        return FAIL_ERRNO("rename %s to %s", from.c_str(), to.c_str());
    }
    return {};
}

Status Root::symlink(const std::string& target, const RelPath& path) const {
    const Fd dir = TRY(parent(path));
    const std::string name(path.name());
    if (symlinkat(target.c_str(), dir.get(), name.c_str()) != 0) {
        return FAIL_ERRNO("make link %s", path.c_str());
    }
    return {};
}

Status Root::chown(const RelPath& path, uid_t uid, gid_t gid) const {
    const Fd fd = TRY(open(path, O_PATH | O_NOFOLLOW));
    if (fchownat(fd.get(), "", uid, gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) != 0) {
        return FAIL_ERRNO("change owner of %s to %u:%u", path.c_str(), uid, gid);
    }
    return {};
}

Result<std::string> Root::read(const RelPath& path, size_t limit) const {
    const Fd fd = TRY(open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, true));
    struct stat info{};
    if (fstat(fd.get(), &info) != 0) {
        return FAIL_ERRNO("stat %s", path.c_str());
    }
    if (!S_ISREG(info.st_mode)) {
        return FAIL(Code::denied, "%s is not a regular file", path.c_str());
    }
    return read_all(fd.get(), limit, path.c_str());
}

Status Root::replace(const RelPath& path, std::string_view text, mode_t mode) const {
    const Fd dir = TRY(parent(path));
    const std::string name(path.name());
    std::array<char, 300> fresh{};
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(fresh.data(), fresh.size(), ".%.200s.%d.%lx", name.c_str(), getpid(),
             static_cast<unsigned long>(now.tv_nsec));
    Fd file(openat(dir.get(), fresh.data(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!file) {
        return FAIL_ERRNO("write %s", path.c_str());
    }
    auto written = write_all(file.get(), text, path.c_str());
    if (written && fsync(file.get()) != 0) {
        written = FAIL_ERRNO("write %s", path.c_str());
    }
    if (written && renameat(dir.get(), fresh.data(), dir.get(), name.c_str()) != 0) {
        written = FAIL_ERRNO("replace %s", path.c_str());
    }
    if (!written) {
        unlinkat(dir.get(), fresh.data(), 0);
        return written;
    }
    return sync_directory(dir.get(), path.c_str());  // the rename itself must reach the disk too
}

Status Root::sync() const { return sync_directory(dir_.get(), "a directory"); }

namespace {

Result<std::vector<DirEntry>> list_fd(Fd directory, const char* what) {
    DIR* stream = fdopendir(directory.get());
    if (stream == nullptr) {
        return FAIL_ERRNO("list %s", what);
    }
    static_cast<void>(directory.release());  // the stream owns it now
    std::vector<DirEntry> entries;
    errno = 0;
    while (const dirent* entry = readdir(stream)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            entries.push_back({std::string(name), entry->d_type});
        }
    }
    const int why = errno;
    closedir(stream);
    if (why != 0) {
        errno = why;
        return FAIL_ERRNO("list %s", what);
    }
    return entries;
}

}  // namespace

Result<std::vector<DirEntry>> Root::list() const {
    Fd readable(openat(dir_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!readable) {
        return FAIL_ERRNO("list directory");
    }
    return list_fd(std::move(readable), "directory");
}

Result<std::vector<DirEntry>> Root::list(const RelPath& path) const {
    return list_fd(TRY(open(path, O_RDONLY | O_DIRECTORY)), path.c_str());
}

}  // namespace cubby
