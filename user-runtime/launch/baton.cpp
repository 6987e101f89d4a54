#include "launch/baton.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace cubby::launch {

Status send(int socket, const Message& message, int fd) noexcept {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
    iovec part{const_cast<Message*>(&message), sizeof message};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (fd >= 0) {
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        cmsghdr* rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(rights), &fd, sizeof fd);
    }
    while (sendmsg(socket, &header, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR) {
            return FAIL_ERRNO("talk to the other side of the start");
        }
    }
    return {};
}

Result<Received> receive(int socket) noexcept {
    Received received;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    iovec part{&received.message, sizeof received.message};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    ssize_t got = 0;
    while ((got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC)) < 0) {
        if (errno == ECONNRESET) {
            got = 0;
            break;
        }
        if (errno != EINTR) {
            return FAIL_ERRNO("listen to the other side of the start");
        }
    }
    if (const cmsghdr* rights = CMSG_FIRSTHDR(&header);
        rights != nullptr && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS) {
        int fd = -1;
        memcpy(&fd, CMSG_DATA(rights), sizeof fd);
        received.fd.reset(fd);
    }
    received.closed = got == 0;
    if (!received.closed && got != sizeof received.message) {
        return FAIL(Code::broken, "a message of the start has %zd bytes", got);
    }
    received.message.error.text[sizeof received.message.error.text - 1] = '\0';
    return received;
}

void send_failure(int socket, const Error& error) noexcept {
    Message message;
    message.kind = Kind::failed;
    message.error = error;
    // Nobody to tell: the starter is gone, and the pid namespace dies with it.
    static_cast<void>(send(socket, message).has_value());
}

size_t end_of_preparation(const StartPlan& plan) noexcept {
    const auto& steps = plan.steps();
    size_t at = 0;
    while (at < steps.size() && steps[at].phase == Phase::host_prepare) {
        ++at;
    }
    return at;
}

size_t next_side_change(const StartPlan& plan, size_t from) noexcept {
    const auto& steps = plan.steps();
    size_t at = from;
    while (at < steps.size() && side_of(steps[at].phase) == side_of(steps[from].phase)) {
        ++at;
    }
    return at;
}

}  // namespace cubby::launch
