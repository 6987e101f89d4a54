#include "setuid-helpers/idmap/request.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "setuid-helpers/idmap/grants.h"

namespace cubby::idmap {
namespace {

struct Parsed {
    Refusal refusal;
    std::string uids;
    std::string gids;
};

Parsed parsed(const std::vector<const char*>& words) {
    const auto request = std::make_unique<Request>();
    const Refusal refusal = parse_request(words.data(), words.size(), *request);
    return {refusal, {request->uids.text, request->uids.size}, {request->gids.text, request->gids.size}};
}

TEST(IdmapRequest, BothMapsAsTheKernelTakesThem) {
    const Parsed got = parsed({"u", "0", "1000", "1", "1", "100000", "65536", "g", "0", "1000", "1"});
    EXPECT_EQ(got.refusal, Refusal::none);
    EXPECT_EQ(got.uids, "0 1000 1\n1 100000 65536\n");
    EXPECT_EQ(got.gids, "0 1000 1\n");
}

TEST(IdmapRequest, WhatIsMissing) {
    for (const auto& words : std::vector<std::vector<const char*>>{{},
                                                                   {"u"},
                                                                   {"g"},
                                                                   {"u", "g"},
                                                                   {"u", "0", "1", "1"},
                                                                   {"u", "0", "1", "1", "g"},
                                                                   {"u", "0", "1", "g", "0", "1", "1"}}) {
        EXPECT_EQ(parsed(words).refusal, Refusal::usage);
    }
}

TEST(IdmapNumbers, ExactlyTheGrammar) {
    uint64_t value = 0;
    for (const char* good : {"0", "1", "9", "10", "4294967295", "9999999999"}) {
        EXPECT_TRUE(guard::parse_number(Text::of(good), value)) << good;
        EXPECT_EQ(std::to_string(value), good);
    }
    for (const char* bad : {"", "00", "01", "-1", "+1", " 1", "1 ", "1a", "0x1", "10000000000", "/", ":", "1\n"}) {
        EXPECT_FALSE(guard::parse_number(Text::of(bad), value)) << bad;
    }
}

TEST(IdmapGrants, OneLine) {
    Text owner;
    Range range;
    EXPECT_TRUE(parse_grant(Text::of("alice:100000:65536"), owner, range));
    EXPECT_TRUE(owner == Text::of("alice"));
    EXPECT_EQ(range.first, 100000U);
    EXPECT_EQ(range.count, 65536U);
    for (const char* line : {"", "alice", "alice:1", "alice:1:1:1", "alice:1:0", "alice:1:", "alice::1", "alice:x:1",
                             "alice:4294967295:1", "alice:1:4294967295", "#alice:1:1", "alice:1:1 "}) {
        EXPECT_FALSE(parse_grant(Text::of(line), owner, range)) << line;
    }
}

TEST(IdmapGrants, WhoIsMeant) {
    const guard::Owner alice{1000, Text::of("alice")};
    EXPECT_TRUE(alice.is(Text::of("alice")));
    EXPECT_TRUE(alice.is(Text::of("1000")));
    const guard::Owner nameless{1000, {}};
    for (const char* other : {"", "alic", "alicee", "01000", "1001", "Alice"}) {
        EXPECT_FALSE(alice.is(Text::of(other))) << other;
        EXPECT_FALSE(nameless.is(Text::of(other))) << other;
    }
    const guard::Owner digits{2000, Text::of("1000")};
    EXPECT_FALSE(digits.is(Text::of("1000")));
}

}  // namespace
}  // namespace cubby::idmap
