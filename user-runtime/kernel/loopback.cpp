#include "kernel/loopback.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>

#include "base/fd.h"

namespace cubby {

Status bring_loopback_up() noexcept {
    const Fd socket_fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    memcpy(request.ifr_name, "lo", 3);
    if (!socket_fd || ioctl(socket_fd.get(), SIOCGIFFLAGS, &request) != 0) {
        return FAIL_ERRNO("read the loopback interface");
    }
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP | IFF_RUNNING);
    if (ioctl(socket_fd.get(), SIOCSIFFLAGS, &request) != 0) {
        return FAIL_ERRNO("bring the loopback interface up");
    }
    return {};
}

}  // namespace cubby
