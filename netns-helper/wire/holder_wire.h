#pragma once
// What cubby-holder and its clients say to each other, over a SOCK_SEQPACKET socket in the runtime directory: one request
// of fixed size, one reply, then the holder closes.  Both ends are one user's programs on one machine, so numbers are as
// the machine has them.  The request, and the first three fields of the reply, stay as they are in every version.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/id_range.h"
#include "base/names.h"
#include "base/result.h"

namespace cubby::holder {

inline constexpr uint32_t kMagic = 0x646c6f68;  // "hold"
inline constexpr uint16_t kVersion = 1;
inline constexpr size_t kMaxRanges = 340;  // of one map, user_namespaces(7)

// Names in the runtime directory, by the inode of the user namespace whose processes are served: a namespace that somebody
// made with unshare(1) may share the directory, and needs a holder of its own.  The initial one has the plain name.
inline constexpr uint64_t kInitialUserNamespace = 0xEFFFFFFD;  // PROC_USER_INIT_INO, include/linux/proc_ns.h
inline std::string holder_name(uint64_t user_namespace) {
    return user_namespace == kInitialUserNamespace ? "holder" : "holder-" + std::to_string(user_namespace);
}
inline Result<RelPath> socket_name(uint64_t user_namespace) { return RelPath::component(holder_name(user_namespace)); }
inline Result<RelPath> lock_name(uint64_t user_namespace) {
    return RelPath::component(holder_name(user_namespace) + ".lock");
}

enum class Verb : uint16_t {  // NOLINT(performance-enum-size): as wide as on the wire
    get = 1,                  // the namespace and its maps; a descriptor comes with the reply
    stop = 2,                 // the holder ends; when it has let go of its lock, the connection ends without a reply
};

struct Request {
    uint32_t magic = kMagic;
    uint16_t version = kVersion;
    Verb verb = Verb::get;
};
static_assert(std::is_trivially_copyable_v<Request> && sizeof(Request) == 8);

// How the maps were written: by the user himself, by the distribution's programs, or by our own.
enum class Rung : uint8_t { single_id = 0, newuidmap = 1, cubby_idmap = 2 };

[[nodiscard]] constexpr const char* rung_name(Rung rung) noexcept {
    switch (rung) {
        case Rung::single_id: return "single-id";
        case Rung::newuidmap: return "newuidmap";
        case Rung::cubby_idmap: return "cubby-idmap";
    }
    __builtin_unreachable();
}

// /etc/subuid, /etc/subgid, newuidmap or cubby-idmap changed since the maps were written, or the reason for a single id was a passing
// one: a new holder may find more.
inline constexpr uint8_t kOutdated = 1;

struct ReplyHead {
    uint32_t magic = kMagic;
    uint16_t version = kVersion;
    uint16_t spare = 0;
    Rung rung = Rung::single_id;
    uint8_t flags = 0;
    uint16_t uid_ranges = 0;
    uint16_t gid_ranges = 0;
    uint16_t reason_bytes = 0;
    // Then the ranges of the uid map, those of the gid map, and the reason without a NUL.
};
static_assert(std::is_trivially_copyable_v<ReplyHead> && sizeof(ReplyHead) == 16);
static_assert(std::is_trivially_copyable_v<IdRange> && sizeof(IdRange) == 12);

struct Reply {
    IdMaps maps;
    Rung rung = Rung::single_id;
    bool outdated = false;
    std::string reason;  // why it is not a better rung, as far as that is worth a word, else empty
    bool operator==(const Reply&) const = default;
};

inline constexpr size_t kMaxReason = 512;
inline constexpr size_t kMaxReply = sizeof(ReplyHead) + 2 * kMaxRanges * sizeof(IdRange) + kMaxReason;

inline Result<Request> parse_request(std::span<const std::byte> bytes) {
    Request request;
    if (bytes.size() != sizeof request) {
        return FAIL(Code::usage, "a request to the holder has %zu bytes", bytes.size());
    }
    memcpy(&request, bytes.data(), sizeof request);
    if (request.magic != kMagic || (request.verb != Verb::get && request.verb != Verb::stop)) {
        return FAIL(Code::usage, "a request to the holder is not understood");
    }
    return request;
}

inline std::vector<std::byte> encode_reply(const Reply& reply) {
    ReplyHead head;
    head.rung = reply.rung;
    head.flags = reply.outdated ? kOutdated : 0;
    head.uid_ranges = static_cast<uint16_t>(std::min(reply.maps.uids.size(), kMaxRanges));
    head.gid_ranges = static_cast<uint16_t>(std::min(reply.maps.gids.size(), kMaxRanges));
    head.reason_bytes = static_cast<uint16_t>(std::min(reply.reason.size(), kMaxReason));
    std::vector<std::byte> bytes;
    const auto append = [&bytes](const void* from, size_t size) {
        const auto* first = static_cast<const std::byte*>(from);
        bytes.insert(bytes.end(), first, first + size);
    };
    append(&head, sizeof head);
    append(reply.maps.uids.data(), head.uid_ranges * sizeof(IdRange));
    append(reply.maps.gids.data(), head.gid_ranges * sizeof(IdRange));
    append(reply.reason.data(), head.reason_bytes);
    return bytes;
}

// Checks every length and both maps.  Code::unsupported for a holder of another version.
inline Result<Reply> parse_reply(std::span<const std::byte> bytes) {
    ReplyHead head;
    if (bytes.size() < sizeof head || bytes.size() > kMaxReply) {
        return FAIL(Code::broken, "the holder's reply has %zu bytes", bytes.size());
    }
    memcpy(&head, bytes.data(), sizeof head);
    if (head.magic != kMagic) {
        return FAIL(Code::broken, "what listens in the holder's place is no holder");
    }
    if (head.version != kVersion) {
        return FAIL(
            Code::unsupported,
            "the running cubby-holder speaks version %u, this cubby version %u; end it with cubby-holder --stop "
            "(containers go on)",
            head.version, kVersion);
    }
    const size_t ranges = size_t{head.uid_ranges} + head.gid_ranges;
    if (bytes.size() != sizeof head + ranges * sizeof(IdRange) + head.reason_bytes || head.rung > Rung::cubby_idmap ||
        (head.flags & ~kOutdated) != 0) {
        return FAIL(Code::broken, "the holder's reply is not understood");
    }
    Reply reply;
    reply.rung = head.rung;
    reply.outdated = (head.flags & kOutdated) != 0;
    reply.maps.uids.resize(head.uid_ranges);
    reply.maps.gids.resize(head.gid_ranges);
    const std::byte* at = bytes.data() + sizeof head;
    for (IdRanges* map : {&reply.maps.uids, &reply.maps.gids}) {
        const size_t size = map->size() * sizeof(IdRange);
        if (size > 0) {
            memcpy(map->data(), at, size);
        }
        at += size;
        TRY(check_ranges(*map, "the holder's map"));
        if (map->empty() || map->front().inside != 0) {
            return FAIL(Code::broken, "the holder's reply has a map without id 0");
        }
    }
    reply.reason.assign(reinterpret_cast<const char*>(at), head.reason_bytes);
    return reply;
}

}  // namespace cubby::holder
