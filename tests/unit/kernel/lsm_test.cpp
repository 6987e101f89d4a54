#include "kernel/lsm.h"

#include <gtest/gtest.h>

namespace cubby {
namespace {

using namespace std::string_view_literals;

TEST(SecurityLabel, ReadBackWithAndWithoutItsMode) {
    EXPECT_TRUE(is_label("web (enforce)\n", "web"));
    EXPECT_TRUE(is_label("web\n", "web"));
    EXPECT_TRUE(is_label("web", "web"));
    EXPECT_TRUE(is_label("u:r:t:s0\0"sv, "u:r:t:s0"));
    for (const std::string_view said : {"webs (enforce)\n", "we", "", "unconfined\n", "web-x", "web web"}) {
        EXPECT_FALSE(is_label(said, "web")) << said;
    }
    EXPECT_FALSE(is_label("", ""));
    EXPECT_FALSE(is_label("web", ""));
}

TEST(SecurityLabel, AnEntryThatIsNotThereIsAnError) {
    const auto done = set_exec_label("attr/no-such-module/exec", "exec web", "web");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().sys_errno, ENOENT);
}

TEST(SecurityLabel, WhatReadsBackDifferentlyIsAnError) {
    // Any entry of one's own that takes a text and says another; 'comm' keeps 15 bytes.
    const auto done = set_exec_label("comm", "a-name-of-many-bytes", "a-name-of-many-bytes");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::denied);
    EXPECT_TRUE(set_exec_label("comm", "short", "short"));
}

}  // namespace
}  // namespace cubby
