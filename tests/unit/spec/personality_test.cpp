#include "spec/personality.h"

#include <gtest/gtest.h>

namespace cubby {
namespace {

TEST(ParsePersonality, KnowsMachinesByTheirBits) {
    EXPECT_EQ(parse_personality("i686"), Personality::linux32);
    EXPECT_EQ(parse_personality("linux32"), Personality::linux32);
    EXPECT_EQ(parse_personality("x86_64"), Personality::linux64);
    EXPECT_EQ(parse_personality("arm64"), Personality::linux64);
    for (const char* word : {"", "I686", "i686 ", "pdp11", "x86_6"}) {
        EXPECT_FALSE(parse_personality(word)) << word;
    }
}

}  // namespace
}  // namespace cubby
