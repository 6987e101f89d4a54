#pragma once
// The control protocol between cubby and a container's monitor: datagrams on a path socket in a 0700 directory.  Every
// frame is a Header and a payload of one of the shapes below; at most 64 KiB; both sides are of one machine and one
// user, so numbers are in host order.  A peer of another version is refused by number.

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "base/result.h"
#include "kernel/unix_socket.h"
#include "monitor/state.h"

namespace cubby::protocol {

inline constexpr uint16_t kVersion = 1;

enum class Type : uint16_t {
    error = 0,   // reply: an Error
    status = 1,  // request: empty.  reply: Status + lines of `lost`; descriptor: pidfd of PID 1
    attach =
        2,  // request: empty.  reply: AttachFacts, filters, NUL-ended entries; descriptors: pidfd, devpts where there is one
    stop = 3,       // request: StopOrder.  reply: empty
    wait = 4,       // request: WaitOrder.  reply, when it comes true: Status
    console = 5,    // request: empty.  reply: empty; then data and window frames both ways
    log = 6,        // request: LogOrder.  reply: data frames, an `end` frame when all was sent (or the container ended)
    data = 7,       // bytes of the console
    window = 8,     // WindowSize for the console
    end = 9,        // the stream is over; payload: Status
    document = 10,  // request: empty.  reply: empty; descriptor: the text of the configuration that it was started with
    tty = 11,  // request: TtyOrder.  reply: TtyOrder with the number; descriptor: the terminal's master.  It is the
               // client's until the connection ends
    listener = 12,  // request: empty, with a further seccomp listener, or without.  reply: empty; descriptor, where the
                    // request had none: the first one
    watch = 13,     // request: empty.  reply: Status, and another one with each change of state
};

inline constexpr Type kLastType = Type::watch;

struct Header {
    uint16_t version = kVersion;
    Type type = Type::error;
    uint32_t length = 0;  // of the payload
};

struct Status {
    State state = State::stopped;
    uint8_t exited = 0;  // with `exit_code`, once PID 1 has ended
    uint16_t reserved = 0;
    int32_t init_pid = -1;
    int32_t exit_code = 0;  // as a shell shows it
    int64_t started_unix = 0;
};

struct AttachFacts {
    uint8_t namespaces = 0;  // NsSet bits of those that are not the host's
    uint8_t no_new_privs : 1 = 0;
    uint8_t linux32 : 1 = 0;  // uname(2) tells an architecture of 32 bits
    uint8_t new_keyring = 0;
    uint8_t has_devpts = 0;
    uint8_t keep_groups = 0;  // setgroups is impossible (single id)
    uint8_t filters = 0;      // how many follow: each a uint32_t count and that many sock_filter
    uint16_t labels = 0;      // how many of the entries that follow are labels: four entries each
    uint16_t readable = 0;    // how many then are paths that Landlock lets read
    uint16_t writable = 0;    // and write; the rest is the environment
    uint32_t processes = 0;   // the limit of processes, 0: none
    uint64_t capabilities = 0;
};

// By lxc.signal.halt, .reboot, SIGKILL, or lxc.signal.stop.
enum class StopMode : uint32_t { halt, reboot, kill, stop };
struct StopOrder {
    StopMode mode = StopMode::halt;
};
struct WaitOrder {
    uint32_t states = 0;  // bits 1 << State
};
struct LogOrder {
    uint32_t follow = 0;
    uint32_t clear = 0;  // afterwards the buffer is empty
};
struct TtyOrder {
    int32_t number = -1;  // of lxc.tty.max, from 1; -1: the first that nobody has
};
struct WindowSize {
    uint16_t rows = 0;
    uint16_t columns = 0;
};

// A frame as bytes.
[[nodiscard]] std::vector<std::byte> encode(Type type, std::string_view payload);

template <class T>
[[nodiscard]] std::string_view bytes_of(const T& value) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

// A received frame, checked: version, type and length agree.
struct Incoming {
    Type type = Type::error;
    std::string_view payload;  // into the frame
};
Result<Incoming> decode(const Frame& frame);

// The payload's first bytes as T; too short is an error.
template <class T>
Result<T> read_as(std::string_view payload) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (payload.size() < sizeof(T)) {
        return FAIL(Code::broken, "a control message is too short");
    }
    T value;
    memcpy(&value, payload.data(), sizeof value);
    return value;
}

::cubby::Status send(int socket, Type type, std::string_view payload = {}, std::span<const int> fds = {});

}  // namespace cubby::protocol
