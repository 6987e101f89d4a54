#include "container/passwd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cubby {
namespace {

using testing::ElementsAre;

constexpr const char* kPasswd = "root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home:/bin/sh\n";
constexpr const char* kGroup = "user:x:1000:user\nfirst:x:2000:other,user\nsecond:x:2001:other\n";

std::vector<uint32_t> groups_of(const char* text) {
    const auto user = find_user_in(kPasswd, kGroup, text);
    return user ? user->groups : std::vector<uint32_t>{};
}

// CVE-2022-36109: a group that is the primary one only can be left by a set-group-id program.
TEST(Passwd, ThePrimaryGroupIsAmongTheGroupsOnce) {
    EXPECT_THAT(groups_of("user"), ElementsAre(1000, 2000));
    EXPECT_THAT(groups_of("root"), ElementsAre(0));
    EXPECT_THAT(groups_of("4000"), ElementsAre(0));
}

TEST(Passwd, AnExplicitGroupStandsAlone) {
    EXPECT_THAT(groups_of("user:second"), ElementsAre(2001));
    EXPECT_THAT(groups_of("1000:5"), ElementsAre(5));
}

}  // namespace
}  // namespace cubby
