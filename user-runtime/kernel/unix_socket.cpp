#include "kernel/unix_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace cubby {
namespace {

constexpr time_t kConnectSeconds = 5;

Result<sockaddr_un> address_of(int dir, const char* name) noexcept {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const int length = snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", dir, name);
    if (length < 0 || static_cast<size_t>(length) >= sizeof address.sun_path) {
        return FAIL(Code::usage, "socket name '%s' is too long", name);
    }
    return address;
}

Result<Fd> new_socket() noexcept {
    Fd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!fd) {
        return FAIL_ERRNO("make a socket");
    }
    return fd;
}

}  // namespace

Result<Fd> listen_at(int dir, const RelPath& name) noexcept {
    Fd fd = TRY(new_socket());
    // Whoever sees the name can connect, so it is given to a socket that listens already.  A name of its own until then:
    // two that begin at once must not take each other's.
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number) {
        return FAIL_ERRNO("get random bytes");
    }
    std::array<char, 20> draft{};
    snprintf(draft.data(), draft.size(), ".%016lx", number);
    const sockaddr_un address = TRY(address_of(dir, draft.data()));
    // The mode of the socket file is that of the descriptor at bind time (unix(7)), less the umask.
    if (fchmod(fd.get(), 0600) != 0 ||
        bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return FAIL_ERRNO("listen at %s", name.c_str());
    }
    if (listen(fd.get(), 64) != 0 || renameat(dir, draft.data(), dir, name.c_str()) != 0) {
        const auto failure = FAIL_ERRNO("listen at %s", name.c_str());
        unlinkat(dir, draft.data(), 0);
        return failure;
    }
    return fd;
}

Result<Fd> connect_at(int dir, const RelPath& name) noexcept {
    Fd fd = TRY(new_socket());
    const sockaddr_un address = TRY(address_of(dir, name.c_str()));
    // Bounds connect as well as send where a stopped server's queue is full (socket(7), unix(7)).
    const timeval limit{kConnectSeconds, 0};
    if (setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0) {
        return FAIL_ERRNO("set a time limit");
    }
    while (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (errno == EINTR) {
            continue;
        }
        if (errno == ECONNREFUSED || errno == ENOENT) {
            return FAIL(Code::not_found, "nobody listens at %s", name.c_str());
        }
        if (errno == EAGAIN) {
            return FAIL(Code::timeout, "whoever listens at %s does not answer", name.c_str());
        }
        return FAIL_ERRNO("connect to %s", name.c_str());
    }
    return fd;
}

Result<Fd> accept_client(int listener) noexcept {
    Fd fd(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) {
        return FAIL_ERRNO("accept a client");
    }
    return fd;
}

Result<uid_t> peer_uid(int socket) noexcept {
    ucred credentials{};
    socklen_t length = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
        return FAIL_ERRNO("read the peer's credentials");
    }
    return credentials.uid;
}

Result<std::array<Fd, 2>> socket_pair() noexcept {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return FAIL_ERRNO("make a socket pair");
    }
    return std::array<Fd, 2>{Fd(ends[0]), Fd(ends[1])};
}

Status send_frame(int socket, std::span<const std::byte> bytes, std::span<const int> fds) noexcept {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxFrameFds)] = {};
    if (bytes.size() > kMaxFrame || fds.size() > kMaxFrameFds) {
        return FAIL(Code::usage, "message of %zu bytes and %zu descriptors is too large", bytes.size(), fds.size());
    }
    iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(fds.size_bytes());
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(fds.size_bytes());
        memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
    }
    while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR) {
            return FAIL_ERRNO("send a message");
        }
    }
    return {};
}

Result<Frame> receive_frame(int socket) noexcept {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxFrameFds)] = {};
    // Asking for the size first keeps the buffer as small as the message: the monitor lives long and should stay small.
    ssize_t size = 0;
    while ((size = recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC)) < 0) {
        if (errno != EINTR) {
            return FAIL_ERRNO("receive a message");
        }
    }
    if (static_cast<size_t>(size) > kMaxFrame) {
        return FAIL(Code::usage, "a message of %zd bytes is too large", size);
    }
    Frame frame;
    frame.bytes.resize(static_cast<size_t>(size));
    iovec part{frame.bytes.data(), frame.bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t got = 0;
    while ((got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0) {
        if (errno != EINTR) {
            return FAIL_ERRNO("receive a message");
        }
    }
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
            const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (size_t at = 0; at < count; ++at) {
                int fd = -1;
                memcpy(&fd, CMSG_DATA(header) + at * sizeof(int), sizeof fd);
                frame.fds.emplace_back(fd);
            }
        }
    }
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
        return FAIL(Code::usage, "a message was too large");
    }
    frame.bytes.resize(static_cast<size_t>(got));
    return frame;
}

Status wait_readable(int socket, int timeout_ms, const char* what) noexcept {
    pollfd watched{socket, POLLIN, 0};
    int ready = 0;
    while ((ready = poll(&watched, 1, timeout_ms)) < 0) {
        if (errno != EINTR) {
            return FAIL_ERRNO("wait for %s", what);
        }
    }
    if (ready == 0) {
        return FAIL(Code::timeout, "%s does not answer", what);
    }
    return {};
}

}  // namespace cubby
