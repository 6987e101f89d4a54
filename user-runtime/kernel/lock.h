#pragma once
// Kernel locks on files of our own (flock(2)): released by death, never a stale file to clean.

#include "base/names.h"
#include "base/result.h"
#include "kernel/root.h"

namespace cubby {

// Holds the lock while it lives.
class [[nodiscard]] FileLock {
  public:
    // Locks the file `name` below `dir` (made if missing, 0600), waiting at most `timeout_ms` (0: one try).
    // Code::busy when it stays held; `what` names it in the error.
    static Result<FileLock> take(const Root& dir, const RelPath& name, int timeout_ms, const char* what);

  private:
    explicit FileLock(Fd fd) noexcept : fd_(std::move(fd)) {}
    Fd fd_;
};

}  // namespace cubby
