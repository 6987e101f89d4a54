#include "monitor/instance.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "base/parse.h"
#include "kernel/runtime_dir.h"

namespace cubby {
namespace {

constexpr int kStorageWaitMs = 30000;

RelPath mark_file() { return *RelPath::component("monitor"); }
RelPath exit_file() { return *RelPath::component("exit"); }

// A lock of the open file (fcntl(2)): unlike flock's it can be looked at without being taken for a moment, in which a
// start would find the container running.
struct flock whole_file(short type) noexcept {
    struct flock lock{};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

// FNV-1a, as LXC names its own runtime files by lxcpath: short, and stable from one command to the next.
uint64_t fnv1a(std::string_view text) noexcept {
    uint64_t hash = 14695981039346656037ULL;
    for (const char byte : text) {
        hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
    }
    return hash;
}

}  // namespace

Result<Root> socket_dir(const std::string& lxcpath) {
    const Root runtime = TRY(runtime_dir());
    std::array<char, 20> name{};
    snprintf(name.data(), name.size(), "%016llx", static_cast<unsigned long long>(fnv1a(lxcpath)));
    const RelPath path = TRY(RelPath::component(name.data()));
    if (auto there = runtime.enter(path)) {
        return there;
    }
    TRY(runtime.make_dirs(path, 0700));
    return runtime.enter(path);
}

Result<RelPath> socket_name(const ContainerName& name) { return RelPath::component(name.str()); }

Result<RunningMark> RunningMark::take(const Root& directory, const ContainerName& name) {
    Fd fd;
    // A mark that another monitor removed between the opening and the locking of it is nobody's.
    for (struct stat info{}; info.st_nlink == 0;) {
        fd = TRY(directory.open(mark_file(), O_RDWR | O_CREAT, 0600));
        struct flock lock = whole_file(F_WRLCK);
        if (fcntl(fd.get(), F_OFD_SETLK, &lock) != 0) {
            if (errno == EAGAIN || errno == EACCES) {
                return FAIL(Code::wrong_state, "%s is running already", name.c_str());
            }
            return FAIL_ERRNO("lock the mark of %s", name.c_str());
        }
        if (fstat(fd.get(), &info) != 0) {
            return FAIL_ERRNO("look at the mark of %s", name.c_str());
        }
    }
    static_cast<void>(directory.unlink(exit_file()).has_value());  // of the run before
    FileLock storage = TRY(FileLock::take(directory, *RelPath::component("storage"), kStorageWaitMs, name.c_str()));
    return RunningMark(std::move(fd), std::move(storage));
}

Status RunningMark::sign() const {
    const std::string text = std::to_string(getpid()) + '\n';
    if (ftruncate(fd_.get(), 0) != 0) {
        return FAIL_ERRNO("sign the mark of the container");
    }
    return write_all(fd_.get(), text, "the mark of the container");
}

void RunningMark::end(const Root& directory) noexcept {
    static_cast<void>(directory.unlink(mark_file()).has_value());
    fd_.reset();
}

Result<std::optional<pid_t>> running_monitor(const Root& directory) {
    // Not for writing: the end of what was opened so is how a monitor's end is noticed (container/watch.h).
    const auto fd = directory.open(mark_file(), O_RDONLY);
    if (!fd) {
        return fd.error().code == Code::not_found ? std::optional<pid_t>{}
                                                  : Result<std::optional<pid_t>>(std::unexpected(fd.error()));
    }
    struct flock lock = whole_file(F_WRLCK);
    if (fcntl(fd->get(), F_OFD_GETLK, &lock) != 0) {
        return FAIL_ERRNO("look at the mark of the container");
    }
    if (lock.l_type == F_UNLCK) {
        return std::optional<pid_t>{};  // a leftover of a killed monitor
    }
    const std::string text = TRY(read_all(fd->get(), 32, "the mark of the container"));
    const auto pid = parse_unsigned(std::string_view(text).substr(0, text.find('\n')), INT32_MAX, "monitor's pid");
    return pid ? std::optional<pid_t>(static_cast<pid_t>(*pid)) : std::optional<pid_t>(0);
}

Status write_last_exit(const Root& directory, int shell_code) {
    // Not synced: who stops a container waits for this, and a machine that loses power has lost the container as well.
    // Not blocked by a FIFO in its place, which would keep the monitor for ever.
    const Fd file = TRY(directory.open(exit_file(), O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0600));
    return write_all(file.get(), std::to_string(shell_code) + '\n', "the exit status");
}

Status mark_for_removal(const Root& directory) { return directory.replace(*RelPath::component("intent"), "destroy"); }

std::optional<int> read_last_exit(const Root& directory) {
    if (directory.exists(mark_file())) {
        const auto monitor = running_monitor(directory);
        return monitor && !*monitor ? std::optional(128 + SIGKILL) : std::nullopt;
    }
    const auto text = directory.read(exit_file(), 16);
    if (!text) {
        return std::nullopt;
    }
    const auto value = parse_unsigned(std::string_view(*text).substr(0, text->find('\n')), 255, "exit status");
    return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
}

}  // namespace cubby
