#pragma once
// Which ids a user may map: pure arithmetic, without a system call, so that tests can go through a whole small world of it.
// Ids are 32 bits wide; all sums are made in 64 bits, where none of them can overflow.

#include <cstddef>
#include <cstdint>

namespace cubby::idmap {

// `count` ids from `inside` in the new namespace are the ids from `outside` of the host.
struct Extent {
    uint64_t inside = 0;
    uint64_t outside = 0;
    uint64_t count = 0;
};

// Ids [first, first + count) of the host.
struct Range {
    uint64_t first = 0;
    uint64_t count = 0;
};

// A list of bounded length.
template <typename Item, size_t kMost>
struct List {
    Item items[kMost]{};
    size_t size = 0;
    // False where it is full.
    constexpr bool add(const Item& item) noexcept {
        if (size == kMost) {
            return false;
        }
        items[size++] = item;
        return true;
    }
    [[nodiscard]] constexpr const Item* begin() const noexcept { return items; }
    [[nodiscard]] constexpr const Item* end() const noexcept { return items + size; }
};

inline constexpr size_t kMaxExtents = 340;  // of one map, user_namespaces(7)
inline constexpr size_t kMaxGrants = 128;   // of one user in one file
using Extents = List<Extent, kMaxExtents>;
using Grants = List<Range, kMaxGrants>;

// The world in which ids live; tests scale it down.
struct World {
    uint64_t end = 0xffffffff;  // ids are below it: 4294967295 means "no id"
    uint64_t floor = 65536;     // below it are the host's own accounts, root among them: never granted
    uint64_t nobody = 65534;    // who has no mapping shows as this id, so it is nobody's own
};

// Whether the ids exist: at least one, and none past the last.
constexpr bool exists(uint64_t first, uint64_t count, const World& world) noexcept {
    return count >= 1 && first < world.end && count <= world.end - first;
}

constexpr bool overlap(uint64_t first, uint64_t count, uint64_t other_first, uint64_t other_count) noexcept {
    return first < other_first + other_count && other_first < first + count;
}

// Whether two extents have an id in common, inside or outside.
constexpr bool collide(const Extents& map) noexcept {
    for (const Extent* one = map.begin(); one != map.end(); ++one) {
        for (const Extent* other = map.begin(); other != one; ++other) {
            if (overlap(one->inside, one->count, other->inside, other->count) ||
                overlap(one->outside, one->count, other->outside, other->count)) {
                return true;
            }
        }
    }
    return false;
}

// The caller himself, which the kernel allows anyway; never root, and never the id of those who have none.
constexpr bool is_self(const Extent& extent, uint64_t self, const World& world) noexcept {
    return extent.outside == self && extent.count == 1 && self != 0 && self != world.nobody;
}

// Whether the grants, adjacent and overlapping ones taken together, have every id of the extent.
constexpr bool granted(const Extent& extent, const Grants& grants) noexcept {
    const uint64_t end = extent.outside + extent.count;
    uint64_t reached = extent.outside;
    for (bool moved = true; moved && reached < end;) {
        moved = false;
        for (const Range& grant : grants) {
            if (grant.first <= reached && reached < grant.first + grant.count) {
                reached = grant.first + grant.count;
                moved = true;
            }
        }
    }
    return reached >= end;
}

constexpr bool allowed(const Extent& extent, uint64_t self, const Grants& grants, const World& world) noexcept {
    return is_self(extent, self, world) || (extent.outside >= world.floor && granted(extent, grants));
}

// Whether a map takes one of these ids from somebody: the caller's own id, alone, does not count.
constexpr bool takes(const Extents& map, uint64_t self, const Range& ids) noexcept {
    bool taken = false;
    for (const Extent& extent : map) {
        taken =
            taken || (!is_self(extent, self, World{}) && overlap(extent.outside, extent.count, ids.first, ids.count));
    }
    return taken;
}

}  // namespace cubby::idmap
