#pragma once
// Subordinate ids (subuid(5), subgid(5)): which host ids a user may map, and with which programs.
// They are looked up by the program cubby-ranges through libsubid, which asks /etc/subuid and /etc/subgid or the module
// that nsswitch.conf names (LDAP, sss).  Its own process, because such a module may hang, crash or fill memory, and
// because its libraries are paid for by nobody else that way.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cubby {

// Host ids from `first` on.  As the administrator wrote them: may be empty, overlap others or lead past the last id.
struct IdSpan {
    uint64_t first = 0;
    uint64_t count = 0;
    bool operator==(const IdSpan&) const = default;
};

struct SubordinateIds {
    std::string user;    // account name, or the id's digits where it has none
    std::string origin;  // "/etc/subuid and /etc/subgid", "libsubid_sss.so (subid: sss in /etc/nsswitch.conf)"
    std::vector<IdSpan> uids;
    std::vector<IdSpan> gids;
    std::string trouble;   // why something could not be read, else empty
    bool passing = false;  // the trouble may be gone the next time: no answer in time, a crash
    bool operator==(const SubordinateIds&) const = default;
};

inline constexpr int kSubidTimeoutMs = 5000;

// Runs `finder` (the absolute path of cubby-ranges) for the calling user.  Never fails: trouble is part of the answer.
SubordinateIds find_subordinate_ids(const std::string& finder, int timeout_ms = kSubidTimeoutMs);

// The text that cubby-ranges prints: a line a fact, "uid FIRST COUNT", "gid …", "user NAME", "origin TEXT",
// "trouble TEXT", "passing".
[[nodiscard]] std::string ranges_text(const SubordinateIds& ids);
Result<SubordinateIds> parse_ranges_text(std::string_view text);

// A program that writes maps for users: cubby-idmap, newuidmap or newgidmap.
enum class MapperFault : uint8_t {
    none,
    absent,        // not installed
    no_privilege,  // neither the set-uid bit nor file capabilities
    nosuid,        // its file system is mounted nosuid
    no_new_privs,  // this process may not gain privileges (prctl(2), PR_SET_NO_NEW_PRIVS)
};
struct Mapper {
    std::string path;  // absolute, empty when absent
    MapperFault fault = MapperFault::absent;
};
// Looks in the system's own folders only, never along PATH.
Mapper find_mapper(std::string_view name);
// Our own: one program for both maps, where cubby is installed.
Mapper find_own_mapper();
// "not installed", "has lost its set-uid bit", …
[[nodiscard]] const char* describe(MapperFault fault) noexcept;

}  // namespace cubby
