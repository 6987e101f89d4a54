#include "config/lxc/nearest.h"

#include <gtest/gtest.h>

namespace cubby::lxc {
namespace {

TEST(Nearest, EditDistance) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("abc", "abc"), 0U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("abc", ""), 3U);
    EXPECT_EQ(edit_distance("abc", "abd"), 1U);
    EXPECT_EQ(edit_distance("abc", "ab"), 1U);
    EXPECT_EQ(edit_distance("abc", "xabc"), 1U);
    EXPECT_EQ(edit_distance("abc", "acb"), 1U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance(std::string(500, 'a'), std::string(500, 'b')), 96U);
}

TEST(Nearest, TakesTheFirstOfTheBestAndNothingFarAway) {
    Nearest nearest("nofiel");
    nearest.offer("core");
    EXPECT_EQ(nearest.hint(), "");
    nearest.offer("nofile");
    nearest.offer("nofiel2");
    EXPECT_EQ(nearest.name(), "nofile");
    EXPECT_EQ(nearest.hint(), "; did you mean nofile?");
}

}  // namespace
}  // namespace cubby::lxc
