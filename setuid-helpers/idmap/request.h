#pragma once
// What the command line asks for: u IN OUT N [IN OUT N...] g IN OUT N [IN OUT N...]

#include "setuid-helpers/guard/text.h"
#include "setuid-helpers/idmap/ranges.h"
#include "setuid-helpers/idmap/refusal.h"

namespace cubby::idmap {

// One map: its ranges, and the text of them that the kernel takes in one write of less than a page (user_namespaces(7)).
struct Map {
    static constexpr size_t kMostText = 4095;
    Extents extents;
    char text[kMostText]{};
    size_t size = 0;

    // False where it does not fit.
    constexpr bool append(guard::Text number, char after) noexcept {
        if (number.size() >= kMostText - size) {
            return false;
        }
        for (size_t at = 0; at < number.size(); ++at) {
            text[size++] = number[at];
        }
        text[size++] = after;
        return true;
    }
};

struct Request {
    Map uids;
    Map gids;
};

// The words behind a map's letter.  Every number is checked, and every range exists.
constexpr Refusal parse_map(const char* const* words, size_t count, Map& map) noexcept {
    if (count == 0 || count % 3 != 0) {
        return Refusal::usage;
    }
    for (size_t at = 0; at < count; at += 3) {
        uint64_t numbers[3]{};
        for (size_t part = 0; part < 3; ++part) {
            const auto word = guard::Text::of(words[at + part]);
            if (!guard::parse_number(word, numbers[part])) {
                return Refusal::number;
            }
            if (!map.append(word, part == 2 ? '\n' : ' ')) {
                return Refusal::too_long;
            }
        }
        const Extent extent{numbers[0], numbers[1], numbers[2]};
        if (!exists(extent.inside, extent.count, World{}) || !exists(extent.outside, extent.count, World{})) {
            return Refusal::range;
        }
        if (!map.extents.add(extent)) {
            return Refusal::too_many;
        }
    }
    return Refusal::none;
}

constexpr Refusal parse_request(const char* const* words, size_t count, Request& request) noexcept {
    size_t groups = 0;
    while (groups < count && !(guard::Text::of(words[groups]) == guard::Text("g", 1))) {
        ++groups;
    }
    if (groups == count || groups == 0 || !(guard::Text::of(words[0]) == guard::Text("u", 1))) {
        return Refusal::usage;
    }
    const Refusal uids = parse_map(words + 1, groups - 1, request.uids);
    return uids != Refusal::none ? uids : parse_map(words + groups + 1, count - groups - 1, request.gids);
}

}  // namespace cubby::idmap
