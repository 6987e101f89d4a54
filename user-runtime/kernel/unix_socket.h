#pragma once
// Path-bound SOCK_SEQPACKET sockets with credentials and descriptors (unix(7)).  The name is bound and connected
// through /proc/self/fd/DIR, so that the length of the directory's path does not matter (sun_path is 108 bytes).

#include <sys/socket.h>
#include <sys/types.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/names.h"
#include "base/result.h"

namespace cubby {

inline constexpr size_t kMaxFrame = 65536;
inline constexpr size_t kMaxFrameFds = 4;

// Listens at `name` in the directory `dir`; a leftover of a dead listener is replaced.  Mode 0600.
Result<Fd> listen_at(int dir, const RelPath& name) noexcept;
// Connects; ECONNREFUSED and ENOENT mean that nobody listens (Code::not_found).
Result<Fd> connect_at(int dir, const RelPath& name) noexcept;
// A connected client, close-on-exec and non-blocking.
Result<Fd> accept_client(int listener) noexcept;
// The peer's user id as seen in our user namespace.
Result<uid_t> peer_uid(int socket) noexcept;

Result<std::array<Fd, 2>> socket_pair() noexcept;

// One datagram with descriptors.
struct Frame {
    std::vector<std::byte> bytes;
    std::vector<Fd> fds;
};
Status send_frame(int socket, std::span<const std::byte> bytes, std::span<const int> fds = {}) noexcept;
// An end of file gives an empty frame.  Truncation or too many descriptors is an error.
Result<Frame> receive_frame(int socket) noexcept;

// Waits until `socket` is readable, at most timeout_ms (-1: for ever); Code::timeout otherwise.
Status wait_readable(int socket, int timeout_ms, const char* what) noexcept;

}  // namespace cubby
