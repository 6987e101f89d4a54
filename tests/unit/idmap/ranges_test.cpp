// The arithmetic of cubby-idmap against a model that counts ids one by one: in a world of five bits, small enough to go
// through whole, every request against every pair of grants; in one of eight bits, every grant with each second one and
// each request whose ends lie on, beside or between its own.  The arithmetic only compares and adds ends, so that these
// stand for all others.

#include "setuid-helpers/idmap/ranges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace cubby::idmap {
namespace {

constexpr uint64_t kSize = 32;
constexpr World kSmall{.end = kSize - 1, .floor = 8, .nobody = 6};

// Ids [first, first + count) as bits; none where one of them does not exist.
uint32_t bits(uint64_t first, uint64_t count) {
    if (count == 0 || first + count > kSmall.end) {
        return 0;
    }
    return static_cast<uint32_t>(((uint64_t{1} << count) - 1) << first);
}

bool model_allows(uint64_t first, uint64_t count, uint64_t self, uint32_t granted) {
    const uint32_t wanted = bits(first, count);
    const bool myself = wanted == bits(self, 1) && self != 0 && self != kSmall.nobody;
    const uint32_t below_floor = (1U << kSmall.floor) - 1;
    return wanted != 0 && (myself || ((wanted & ~granted) == 0 && (wanted & below_floor) == 0));
}

// All requests against one list of grants; the number of disagreements.
uint64_t disagreements(const Grants& grants, uint32_t granted, uint64_t self) {
    uint64_t wrong = 0;
    for (uint64_t first = 0; first < kSize; ++first) {
        for (uint64_t count = 0; count < kSize; ++count) {
            const bool yes = exists(first, count, kSmall) && allowed(Extent{0, first, count}, self, grants, kSmall);
            wrong += yes == model_allows(first, count, self, granted) ? 0U : 1U;
        }
    }
    return wrong;
}

TEST(IdmapRanges, EveryRequestAgainstEveryPairOfGrants) {
    uint64_t wrong = 0;
    for (uint64_t one = 0; one < kSize * kSize; ++one) {
        const Range first{one / kSize, one % kSize};
        if (!exists(first.first, first.count, kSmall)) {
            EXPECT_EQ(bits(first.first, first.count), 0U);
            continue;
        }
        // A file's lines have no order: the second never comes before the first.
        for (uint64_t other = one; other < kSize * kSize; ++other) {
            const Range second{other / kSize, other % kSize};
            Grants grants;
            grants.add(second);
            grants.add(first);
            const bool counts = exists(second.first, second.count, kSmall);
            if (!counts) {
                continue;
            }
            wrong += disagreements(grants, bits(first.first, first.count) | bits(second.first, second.count), 9);
        }
    }
    EXPECT_EQ(wrong, 0U);
}

TEST(IdmapRanges, EverySelfAgainstEveryGrant) {
    uint64_t wrong = 0;
    for (uint64_t self = 0; self < kSize; ++self) {
        for (uint64_t one = 0; one < kSize * kSize; ++one) {
            const Range range{one / kSize, one % kSize};
            Grants grants;
            if (exists(range.first, range.count, kSmall)) {
                grants.add(range);
            }
            wrong += disagreements(grants, bits(range.first, range.count), self);
        }
    }
    EXPECT_EQ(wrong, 0U);
}

TEST(IdmapRanges, EveryPairOfExtentsCollidesWhereTheyMeet) {
    uint64_t wrong = 0;
    for (uint64_t one = 0; one < kSize * kSize; ++one) {
        for (uint64_t other = 0; other < kSize * kSize; ++other) {
            const uint64_t first = one / kSize;
            const uint64_t count = one % kSize;
            const uint64_t second = other / kSize;
            const uint64_t more = other % kSize;
            if (bits(first, count) == 0 || bits(second, more) == 0) {
                continue;
            }
            const bool meet = (bits(first, count) & bits(second, more)) != 0;
            Extents inside;
            inside.add({first, 1000, count});
            inside.add({second, 2000, more});
            Extents outside;
            outside.add({1000, first, count});
            outside.add({2000, second, more});
            wrong += collide(inside) == meet && collide(outside) == meet ? 0U : 1U;
            wrong += takes(outside, 4000, {second, more}) ? 0U : 1U;
        }
    }
    EXPECT_EQ(wrong, 0U);
}

constexpr World kByte{.end = 255, .floor = 64, .nobody = 62};

// How many of the ids below each are granted.
using Counted = std::array<uint16_t, kByte.end + 1>;

Counted count_ids(const Range& one, const Range& other) {
    Counted below{};
    for (uint64_t id = 0; id < kByte.end; ++id) {
        const bool granted =
            (one.first <= id && id < one.first + one.count) || (other.first <= id && id < other.first + other.count);
        below[id + 1] = static_cast<uint16_t>(below[id] + (granted ? 1 : 0));
    }
    return below;
}

// Ends that a range may have, in order: those of the ranges given, their neighbours, one between, and the world's own.
std::vector<uint64_t> ends_near(std::initializer_list<Range> ranges) {
    std::vector<uint64_t> ends{0, kByte.floor - 1, kByte.floor, kByte.floor + 1, kByte.end};
    for (const Range& range : ranges) {
        const uint64_t last = range.first + range.count;
        for (const uint64_t end :
             {range.first, range.first + 1, range.first + range.count / 2, last - 1, last, last + 1}) {
            ends.push_back(std::min(end, kByte.end));
        }
        ends.push_back(range.first == 0 ? 0 : range.first - 1);
    }
    std::ranges::sort(ends);
    const auto repeated = std::ranges::unique(ends);
    ends.erase(repeated.begin(), repeated.end());
    return ends;
}

uint64_t disagreements_near(const Range& one, const Range& other) {
    Grants grants;
    grants.add(other);
    grants.add(one);
    const Counted below = count_ids(one, other);
    const std::vector<uint64_t> ends = ends_near({one, other});
    uint64_t wrong = 0;
    for (auto first = ends.begin(); first != ends.end(); ++first) {
        for (auto end = first + 1; end != ends.end(); ++end) {
            const uint64_t count = *end - *first;
            const bool right = *first >= kByte.floor && below[*end] - below[*first] == static_cast<int>(count);
            wrong += allowed(Extent{0, *first, count}, 0, grants, kByte) == right ? 0U : 1U;
        }
    }
    return wrong;
}

TEST(IdmapRanges, EveryOrderOfEndsInEightBits) {
    uint64_t wrong = 0;
    for (uint64_t first = 0; first < kByte.end; ++first) {
        for (uint64_t count = 1; count <= kByte.end - first; ++count) {
            const Range one{first, count};
            const std::vector<uint64_t> ends = ends_near({one});
            for (auto begin = ends.begin(); begin != ends.end(); ++begin) {
                for (auto end = begin + 1; end != ends.end(); ++end) {
                    wrong += disagreements_near(one, {*begin, *end - *begin});
                }
            }
        }
    }
    EXPECT_EQ(wrong, 0U);
}

TEST(IdmapRanges, EveryRequestOfAByteThatDoesNotExist) {
    for (uint64_t first = 0; first < 512; ++first) {
        for (uint64_t count = 0; count < 512; ++count) {
            ASSERT_EQ(exists(first, count, kByte), count > 0 && first + count <= kByte.end) << first << " " << count;
        }
    }
}

TEST(IdmapRanges, TheRealWorldsEdges) {
    const World world;
    EXPECT_TRUE(exists(4294967294, 1, world));
    EXPECT_FALSE(exists(4294967294, 2, world));
    EXPECT_FALSE(exists(4294967295, 1, world));
    EXPECT_FALSE(exists(0, 4294967296, world));
    EXPECT_TRUE(exists(0, 4294967295, world));
    EXPECT_FALSE(exists(9999999999, 1, world));
    Grants grants;
    grants.add({0, 4294967295});
    EXPECT_FALSE(allowed({0, 65535, 1}, 1000, grants, world));
    EXPECT_TRUE(allowed({0, 65536, 4294901759}, 1000, grants, world));
    EXPECT_FALSE(allowed({0, 0, 1}, 0, grants, world));
    EXPECT_FALSE(allowed({0, 65534, 1}, 65534, Grants{}, world));
}

TEST(IdmapRanges, AListTakesWhatFits) {
    Grants grants;
    for (size_t at = 0; at < kMaxGrants; ++at) {
        EXPECT_TRUE(grants.add({at, 1}));
    }
    EXPECT_FALSE(grants.add({1, 1}));
    EXPECT_EQ(grants.size, kMaxGrants);
}

}  // namespace
}  // namespace cubby::idmap
