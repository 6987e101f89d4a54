#include "netns-helper/id_plan.h"

#include <algorithm>
#include <random>
#include <set>

#include "netns-helper/wire/holder_wire.h"
#include "tests/unit/holder/place.h"

namespace cubby::holder {
namespace {

TEST(IdPlan, NothingGrantedIsTheUserAlone) { EXPECT_EQ(plan_ranges(1000, {}), (IdRanges{{0, 1000, 1}})); }

TEST(IdPlan, OneRangeFollowsTheUser) {
    EXPECT_EQ(plan_ranges(1000, {{100000, 65536}}), (IdRanges{{0, 1000, 1}, {1, 100000, 65536}}));
}

TEST(IdPlan, OrderOfTheLinesDoesNotMatter) {
    const IdRanges wanted{{0, 1000, 1}, {1, 100000, 10}, {11, 200000, 10}};
    EXPECT_EQ(plan_ranges(1000, {{200000, 10}, {100000, 10}}), wanted);
    EXPECT_EQ(plan_ranges(1000, {{100000, 10}, {200000, 10}}), wanted);
}

TEST(IdPlan, OverlappingAdjacentAndRepeatedLinesBecomeOne) {
    EXPECT_EQ(plan_ranges(1000, {{100000, 100}, {100050, 100}, {100150, 50}, {100000, 100}}),
              (IdRanges{{0, 1000, 1}, {1, 100000, 200}}));
}

TEST(IdPlan, TheUsersOwnIdIsCutOut) {
    EXPECT_EQ(plan_ranges(1000, {{990, 20}}), (IdRanges{{0, 1000, 1}, {1, 990, 10}, {11, 1001, 9}}));
    EXPECT_EQ(plan_ranges(1000, {{1000, 1}}), (IdRanges{{0, 1000, 1}}));
    EXPECT_EQ(plan_ranges(1000, {{1000, 5}}), (IdRanges{{0, 1000, 1}, {1, 1001, 4}}));
}

TEST(IdPlan, RootOfTheHostIsNeverMapped) {
    EXPECT_EQ(plan_ranges(1000, {{0, 1}}), (IdRanges{{0, 1000, 1}}));
    EXPECT_EQ(plan_ranges(1000, {{0, 10}}), (IdRanges{{0, 1000, 1}, {1, 1, 9}}));
}

TEST(IdPlan, EndsAreClippedToWhatIdsCanBe) {
    EXPECT_EQ(plan_ranges(1000, {{4294967290, 100}}), (IdRanges{{0, 1000, 1}, {1, 4294967290, 5}}));
    EXPECT_EQ(plan_ranges(1000, {{4294967295, 1}, {UINT64_MAX, UINT64_MAX}, {5000000000, 5}, {100000, 0}}),
              (IdRanges{{0, 1000, 1}}));
    // All ids there are, but root and the user: the sum just fits.
    EXPECT_EQ(plan_ranges(1000, {{0, UINT64_MAX}}), (IdRanges{{0, 1000, 1}, {1, 1, 999}, {1000, 1001, 4294966294}}));
    EXPECT_TRUE(check_ranges(plan_ranges(1000, {{0, UINT64_MAX}}), "plan"));
}

TEST(IdPlan, OfTooManyRangesTheLargestAreKept) {
    std::vector<IdSpan> spans;
    spans.reserve(500);
    for (uint64_t at = 0; at < 500; ++at) {
        spans.push_back({100000 + at * 100, at < 100 ? 1U : 10U});
    }
    const IdRanges plan = plan_ranges(1000, spans);
    EXPECT_EQ(plan.size(), kMaxRanges);
    EXPECT_TRUE(std::ranges::none_of(plan, [](const IdRange& range) { return range.inside != 0 && range.count == 1; }));
    EXPECT_TRUE(std::ranges::is_sorted(plan, {}, &IdRange::inside));
}

// Whatever the lines say, the kernel would take the map, and it holds the granted ids and no others.
TEST(IdPlan, AnyLinesGiveAValidMap) {
    std::mt19937 random(20240607);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
    for (int round = 0; round < 2000; ++round) {
        std::vector<IdSpan> spans;
        std::set<uint32_t> granted;
        for (unsigned at = 0; at < random() % 12; ++at) {
            spans.push_back({random() % 60, random() % 20});
            for (uint64_t id = spans.back().first; id < spans.back().first + spans.back().count; ++id) {
                granted.insert(static_cast<uint32_t>(id));
            }
        }
        const auto own = static_cast<uint32_t>(random() % 70 + 1);
        granted.insert(own);
        granted.erase(0);
        const IdRanges plan = plan_ranges(own, spans);
        ASSERT_TRUE(check_ranges(plan, "plan"));
        std::set<uint32_t> mapped;
        for (const IdRange& range : plan) {
            for (uint32_t at = 0; at < range.count; ++at) {
                mapped.insert(range.outside + at);
            }
        }
        ASSERT_EQ(mapped, granted);
        ASSERT_EQ(to_outside(plan, 0), own);
        ASSERT_EQ(plan.back().inside + plan.back().count, granted.size()) << "no gap inside";
    }
}

}  // namespace
}  // namespace cubby::holder
