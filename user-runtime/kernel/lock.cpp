#include "kernel/lock.h"

#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace cubby {

Result<FileLock> FileLock::take(const Root& dir, const RelPath& name, int timeout_ms, const char* what) {
    Fd fd = TRY(dir.open(name, O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
    // flock has no timed form; a short sleep that grows to 16 ms keeps the wait bounded without a second thread.
    long pause_ms = 1;
    for (long waited_ms = 0;; waited_ms += pause_ms, pause_ms = std::min(pause_ms * 2, 16L)) {
        if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
            return FileLock(std::move(fd));
        }
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return FAIL_ERRNO("lock %s", what);
        }
        if (waited_ms >= timeout_ms) {
            return FAIL(Code::busy, "%s is in use by another command; try again when it has ended", what);
        }
        const timespec pause{0, pause_ms * 1'000'000};
        clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
    }
}

}  // namespace cubby
