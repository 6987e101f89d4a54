#pragma once
// Who answers the system calls that a container's policy notifies: the program behind lxc.seccomp.notify.proxy, to whom a
// process beside the monitor hands each one as LXC does, or whoever asks for the listener.

#include <sys/types.h>

#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "spec/container_spec.h"

namespace cubby {

class SeccompNotify {
  public:
    explicit SeccompNotify(const SecuritySpec& security)
        : proxy_(security.notify_proxy), cookie_(security.notify_cookie) {}

    // A listener of the container's first process, `init`, and later of one that is attached.  The caller is
    // single-threaded.  Without a proxy the calls wait for whoever takes first().
    Status add(Fd listener, pid_t init);
    [[nodiscard]] const Fd& first() const noexcept { return first_; }

  private:
    std::string proxy_;  // path of its socket, or empty
    std::string cookie_;
    Fd first_;
    Fd process_;  // the process's socket, once there is one
};

}  // namespace cubby
