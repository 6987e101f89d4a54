#include "monitor/terminal.h"

#include <gtest/gtest.h>

namespace cubby {
namespace {

// What goes on of each block that is typed, and whether the user left at its end.
std::string typed(int control, std::initializer_list<std::string_view> blocks) {
    Escape escape(control);
    std::string out;
    bool left = false;
    for (const std::string_view block : blocks) {
        out += escape.filter(block, left);
    }
    return left ? out + "|left" : out;
}

TEST(Escape, LeavesByTheLetterAndQ) {
    EXPECT_EQ(typed(1, {"ls\n\x01q"}), "ls\n|left");
    EXPECT_EQ(typed(1, {"\x01", "Q"}), "|left");
    EXPECT_EQ(typed(1, {"a\x01qlost"}), "a|left");
    EXPECT_EQ(typed(2, {"\x02q"}), "|left");
}

TEST(Escape, TwiceIsOnceForTheContainer) {
    EXPECT_EQ(typed(1, {"\x01\x01q"}), "\x01q");
    EXPECT_EQ(typed(1, {"\x01", "\x01", "\x01q"}), "\x01|left");
}

TEST(Escape, AnythingElseGoesOnWithTheLetter) {
    EXPECT_EQ(typed(1, {"\x01x"}), "\x01x");
    EXPECT_EQ(typed(1, {"\x02q q"}), "\x02q q");
    EXPECT_EQ(typed(1, {"\x01"}), "");
}

TEST(Escape, NoneLeaves) {
    EXPECT_EQ(typed(0, {std::string_view("\0q", 2), "\x01q"}), std::string("\0q\x01q", 4));
    EXPECT_EQ(typed(-1, {"\x01q"}), "\x01q");
}

}  // namespace
}  // namespace cubby
