#include "cli/namespace_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cubby::cli {
namespace {

NsSet set_of(std::initializer_list<Ns> all) {
    NsSet set;
    for (const Ns ns : all) {
        set.add(ns);
    }
    return set;
}

TEST(NamespaceWords, AreLxcsAndTheKernelsInAnyCase) {
    EXPECT_EQ(*parse_namespace_words("MOUNT|PID|UTSNAME|IPC|USER|NETWORK|CGROUP", ""),
              set_of({Ns::mnt, Ns::pid, Ns::uts, Ns::ipc, Ns::user, Ns::net, Ns::cgroup}));
    EXPECT_EQ(*parse_namespace_words("user|Net|UTS|TIME|mnt", ""),
              set_of({Ns::user, Ns::net, Ns::uts, Ns::time, Ns::mnt}));
}

TEST(NamespaceWords, WhatIsNoneIsShownBehindTheRefusal) {
    for (const char* text : {"", "US", "USER|", "|USER", "USER,PID", "USER |PID"}) {
        const auto refused = parse_namespace_words(text, "-s: ");
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().code, Code::usage);
        EXPECT_THAT(refused.error().message(), testing::StartsWith("-s: '")) << text;
    }
}

TEST(Namespaces, AreTheKernelsNamesAndHaveTheUserNamespace) {
    EXPECT_EQ(*parse_namespaces("pid", ',', "--namespaces"), set_of({Ns::user, Ns::pid}));
    EXPECT_EQ(*parse_namespaces("user,mnt,net", ',', "--namespaces"), set_of({Ns::user, Ns::mnt, Ns::net}));
    for (const char* text : {"", "PID", "pid,", "bogus", "pid net"}) {
        const auto refused = parse_namespaces(text, ',', "--namespaces");
        ASSERT_FALSE(refused) << text;
        EXPECT_THAT(refused.error().message(), testing::StartsWith("--namespaces: '"));
    }
}

}  // namespace
}  // namespace cubby::cli
