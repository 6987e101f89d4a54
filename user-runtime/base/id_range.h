#pragma once
// Ranges of user or group ids, as the lines of /proc/PID/uid_map (user_namespaces(7)), and pure arithmetic on them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace cubby {

inline constexpr uint32_t kNoId = UINT32_MAX;  // (uid_t)-1: never an id

// `count` ids from `inside` on stand for the ids from `outside` on.
struct IdRange {
    uint32_t inside = 0;
    uint32_t outside = 0;
    uint32_t count = 0;
    bool operator==(const IdRange&) const = default;
};
using IdRanges = std::vector<IdRange>;

// Both maps of a user namespace.
struct IdMaps {
    IdRanges uids;
    IdRanges gids;
    bool operator==(const IdMaps&) const = default;
};

// Every range is non-empty, ends below 4294967295, and no two overlap on either side; at most 340 of them (the
// kernel's limit).  `what` ("uid map") is named in the error.
Status check_ranges(const IdRanges& ranges, const char* what);

// The id outside for an id inside, and the reverse; nothing where it is not mapped.
[[nodiscard]] std::optional<uint32_t> to_outside(const IdRanges& ranges, uint32_t inside) noexcept;
[[nodiscard]] std::optional<uint32_t> to_inside(const IdRanges& ranges, uint32_t outside) noexcept;

// Given ranges container→host and the enclosing namespace's enclosing→host, the ranges container→enclosing.
// An error names the first host ids that the enclosing namespace does not have.
Result<IdRanges> translate(const IdRanges& to_host, const IdRanges& enclosing, const char* what);
// Both maps of a container.
Result<IdMaps> translate(const IdMaps& to_host, const IdMaps& enclosing);

// The text for uid_map or gid_map: "INSIDE OUTSIDE COUNT\n" a line.
[[nodiscard]] std::string map_text(const IdRanges& ranges);

}  // namespace cubby
