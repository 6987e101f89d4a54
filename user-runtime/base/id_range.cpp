#include "base/id_range.h"

#include <algorithm>

namespace cubby {
namespace {

constexpr size_t kKernelMaxRanges = 340;  // UID_GID_MAP_MAX_EXTENTS, user_namespaces(7)

bool overlap(uint32_t first_a, uint32_t count_a, uint32_t first_b, uint32_t count_b) noexcept {
    return first_a < uint64_t{first_b} + count_b && first_b < uint64_t{first_a} + count_a;
}

bool ends_in_range(uint32_t first, uint32_t count) noexcept { return uint64_t{first} + count <= kNoId; }

}  // namespace

Status check_ranges(const IdRanges& ranges, const char* what) {
    if (ranges.size() > kKernelMaxRanges) {
        return FAIL(Code::invalid_config, "%s: %zu ranges, the kernel takes 340", what, ranges.size());
    }
    for (size_t at = 0; at < ranges.size(); ++at) {
        const IdRange& range = ranges[at];
        if (range.count == 0 || !ends_in_range(range.inside, range.count) ||
            !ends_in_range(range.outside, range.count)) {
            return FAIL(Code::invalid_config, "%s: range %u %u %u is empty or too long", what, range.inside,
                        range.outside, range.count);
        }
        for (size_t other = 0; other < at; ++other) {
            if (overlap(range.inside, range.count, ranges[other].inside, ranges[other].count) ||
                overlap(range.outside, range.count, ranges[other].outside, ranges[other].count)) {
                return FAIL(Code::invalid_config, "%s: range %u %u %u overlaps another range", what, range.inside,
                            range.outside, range.count);
            }
        }
    }
    return {};
}

std::optional<uint32_t> to_outside(const IdRanges& ranges, uint32_t inside) noexcept {
    for (const IdRange& range : ranges) {
        if (inside >= range.inside && inside - range.inside < range.count) {
            return range.outside + (inside - range.inside);
        }
    }
    return std::nullopt;
}

std::optional<uint32_t> to_inside(const IdRanges& ranges, uint32_t outside) noexcept {
    for (const IdRange& range : ranges) {
        if (outside >= range.outside && outside - range.outside < range.count) {
            return range.inside + (outside - range.outside);
        }
    }
    return std::nullopt;
}

Result<IdRanges> translate(const IdRanges& to_host, const IdRanges& enclosing, const char* what) {
    IdRanges out;
    for (const IdRange& range : to_host) {
        // One range may span several adjacent ranges of the enclosing namespace, and the reverse.
        for (uint32_t done = 0; done < range.count;) {
            const uint32_t host = range.outside + done;
            const auto found = std::ranges::find_if(enclosing, [host](const IdRange& candidate) {
                return host >= candidate.outside && host - candidate.outside < candidate.count;
            });
            if (found == enclosing.end()) {
                return FAIL(Code::denied,
                            "%s: host ids from %u on are not among yours; your ranges are in /etc/subuid and "
                            "/etc/subgid, and cubby doctor shows them",
                            what, host);
            }
            const uint32_t skip = host - found->outside;
            const uint32_t take = std::min(range.count - done, found->count - skip);
            out.push_back({range.inside + done, found->inside + skip, take});
            done += take;
        }
    }
    return out;
}

Result<IdMaps> translate(const IdMaps& to_host, const IdMaps& enclosing) {
    IdMaps maps;
    maps.uids = TRY(translate(to_host.uids, enclosing.uids, "lxc.idmap u"));
    maps.gids = TRY(translate(to_host.gids, enclosing.gids, "lxc.idmap g"));
    return maps;
}

std::string map_text(const IdRanges& ranges) {
    std::string text;
    for (const IdRange& range : ranges) {
        text += std::to_string(range.inside) + ' ' + std::to_string(range.outside) + ' ' + std::to_string(range.count) +
                '\n';
    }
    return text;
}

}  // namespace cubby
