#include "kernel/pipe.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace cubby {

Result<Pipe> make_pipe() noexcept {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return FAIL_ERRNO("make a pipe");
    }
    return Pipe{Fd(ends[0]), Fd(ends[1])};
}

bool nobody_reads(int pipe) noexcept {
    pollfd watched{pipe, 0, 0};
    return poll(&watched, 1, 0) == 1 && (watched.revents & POLLERR) != 0;
}

}  // namespace cubby
