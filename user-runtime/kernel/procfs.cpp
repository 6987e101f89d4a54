#include "kernel/procfs.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>

#include "kernel/mount_fd.h"
#include "kernel/openat2.h"
#include "kernel/process.h"

namespace cubby {

namespace {
constexpr ino_t kProcRootInode = 1;  // PROC_ROOT_INO, fs/proc: never another
constexpr uint64_t kResolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;
}  // namespace

OwnProcFiles::OwnProcFiles() noexcept : was_dumpable_(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1) {
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

OwnProcFiles::~OwnProcFiles() { prctl(PR_SET_DUMPABLE, was_dumpable_ ? 1 : 0, 0, 0, 0); }

Result<ProcFs> ProcFs::open() noexcept {
    Fd dir(openat2_retry(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS));
    if (!dir) {
        return FAIL_ERRNO("open /proc");
    }
    struct stat status{};
    if (fstat(dir.get(), &status) != 0 || TRY(filesystem_magic(dir.get())) != PROC_SUPER_MAGIC ||
        status.st_ino != kProcRootInode) {
        return FAIL(Code::denied, "/proc is not a process file system");
    }
    return ProcFs(std::move(dir));
}

Result<Fd> ProcFs::open_entry(const char* path, int flags) const noexcept {
    Fd fd(openat2_retry(dir_.get(), path, static_cast<uint64_t>(flags | O_CLOEXEC), 0, kResolve));
    if (!fd) {
        return FAIL_ERRNO("open /proc/%s", path);
    }
    return fd;
}

Status ProcFs::write(const char* path, std::string_view text) const noexcept {
    const Fd file = TRY(open_entry(path, O_WRONLY));
    // One write: the kernel takes maps and settings whole or not at all.
    const ssize_t put = ::write(file.get(), text.data(), text.size());
    if (put != static_cast<ssize_t>(text.size())) {
        return FAIL_ERRNO("write /proc/%s", path);
    }
    return {};
}

Result<ProcFs> ProcFs::of_self() const noexcept {
    // /proc/self is a link; the pid as this procfs counts it is its target.
    std::array<char, 16> name{};
    if (readlinkat(dir_.get(), "self", name.data(), name.size() - 1) <= 0) {
        return FAIL_ERRNO("read /proc/self");
    }
    return ProcFs(TRY(open_entry(name.data(), O_PATH | O_DIRECTORY)));
}

Result<Fd> ProcFs::open_namespace(Ns ns) const noexcept {
    // The entry is a magic link, so only the directory is resolved strictly.
    Fd directory = TRY(open_entry("ns", O_PATH | O_DIRECTORY));
    Fd fd(openat(directory.get(), info(ns).proc_entry + 3, O_RDONLY | O_CLOEXEC));
    if (!fd) {
        return FAIL_ERRNO("open %s namespace", info(ns).name);
    }
    return fd;
}

Result<Fd> ProcFs::open_root() const noexcept {
    Fd fd(openat(dir_.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        return FAIL_ERRNO("open the root of a process");
    }
    return fd;
}

Result<ProcFs> ProcFs::of_process(pid_t pid, int pidfd) const noexcept {
    std::array<char, 16> name{};
    snprintf(name.data(), name.size(), "%d", pid);
    ProcFs process(TRY(open_entry(name.data(), O_PATH | O_DIRECTORY)));
    if (TRY(wait_ended(pidfd, 0))) {
        return FAIL(Code::child_failed, "process %d has ended", pid);
    }
    return process;
}

}  // namespace cubby
