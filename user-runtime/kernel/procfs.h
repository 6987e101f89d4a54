#pragma once
// /proc by a verified handle: opened once, its magic and root inode checked, then used with openat2 only, so that a
// file laid over an entry is noticed (CVE-2015-1334, CVE-2019-16884).

#include <sys/types.h>

#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "kernel/namespaces.h"

namespace cubby {

// While it lives, the files of this process in /proc belong to its own user: after a change of ids the kernel gives them
// to root, as for any process that is not dumpable (proc(5), prctl(2) PR_SET_DUMPABLE).
class OwnProcFiles {
  public:
    OwnProcFiles() noexcept;
    ~OwnProcFiles();
    OwnProcFiles(const OwnProcFiles&) = delete;
    OwnProcFiles& operator=(const OwnProcFiles&) = delete;

  private:
    bool was_dumpable_;
};

class ProcFs {
  public:
    // The procfs of this mount namespace.
    static Result<ProcFs> open() noexcept;
    // Opens an entry below it; refused where something is mounted over any part of it.
    Result<Fd> open_entry(const char* path, int flags) const noexcept;
    // Opens, writes all in one write(2), closes.
    Status write(const char* path, std::string_view text) const noexcept;
    // /proc/self.
    Result<ProcFs> of_self() const noexcept;
    // In a process's directory: one of its namespaces, by the magic link's own file descriptor.
    Result<Fd> open_namespace(Ns ns) const noexcept;
    // In a process's directory: its root directory (O_PATH).
    Result<Fd> open_root() const noexcept;
    // /proc/PID, for a process that is proven to live by `pidfd` after the directory was opened.
    Result<ProcFs> of_process(pid_t pid, int pidfd) const noexcept;

  private:
    explicit ProcFs(Fd directory) noexcept : dir_(std::move(directory)) {}
    Fd dir_;
};

}  // namespace cubby
