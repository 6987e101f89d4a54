#include "netns-helper/wire/holder_wire.h"

#include <random>

#include "tests/unit/holder/place.h"

namespace cubby::holder {
namespace {

Reply sample() {
    Reply reply;
    reply.maps = {{{0, 1000, 1}, {1, 100000, 65536}}, {{0, 1000, 1}, {1, 100000, 65536}, {65537, 300000, 5}}};
    reply.rung = Rung::newuidmap;
    reply.outdated = true;
    reply.reason = "because";
    return reply;
}

std::span<const std::byte> bytes_of(const auto& value) { return std::as_bytes(std::span(&value, 1)); }

TEST(HolderWire, ReplyComesBackAsItWas) {
    const auto parsed = parse_reply(encode_reply(sample()));
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(*parsed, sample());
}

TEST(HolderWire, TheLongestReplyFitsAndComesBack) {
    Reply reply;
    for (uint32_t at = 0; at < kMaxRanges; ++at) {
        reply.maps.uids.push_back({at, 1000 + 2 * at, 1});
        reply.maps.gids.push_back({at, 1000 + 2 * at, 1});
    }
    reply.reason = std::string(kMaxReason, 'x');
    const auto bytes = encode_reply(reply);
    EXPECT_EQ(bytes.size(), kMaxReply);
    const auto parsed = parse_reply(bytes);
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(*parsed, reply);
    reply.reason += "more";
    EXPECT_EQ(parse_reply(encode_reply(reply))->reason.size(), kMaxReason);
}

TEST(HolderWire, EveryCutIsRefused) {
    const auto bytes = encode_reply(sample());
    for (size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(parse_reply(std::span(bytes).first(length))) << length;
    }
    auto longer = bytes;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(parse_reply(longer));
}

// Changed bytes are refused, or are a reply that says just that.
TEST(HolderWire, ChangedBytesNeverGiveAnInvalidMap) {
    std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
    const auto good = encode_reply(sample());
    int taken = 0;
    for (int round = 0; round < 100000; ++round) {
        auto bytes = good;
        for (unsigned change = 0; change <= random() % 4; ++change) {
            bytes[random() % bytes.size()] = static_cast<std::byte>(random());
        }
        if (const auto parsed = parse_reply(bytes)) {
            ++taken;
            ASSERT_TRUE(check_ranges(parsed->maps.uids, "uids") && check_ranges(parsed->maps.gids, "gids"));
            ASSERT_EQ(to_outside(parsed->maps.uids, 0).has_value(), true);
        }
    }
    EXPECT_GT(taken, 0) << "a changed reason is no damage";
}

TEST(HolderWire, OverlappingOrEmptyMapsAreRefused) {
    Reply reply = sample();
    reply.maps.uids.push_back({5, 900000, 1});
    EXPECT_FALSE(parse_reply(encode_reply(reply))) << "inside twice";
    reply = sample();
    reply.maps.gids.clear();
    EXPECT_FALSE(parse_reply(encode_reply(reply)));
    reply = sample();
    reply.maps.uids.front().inside = 7000000;
    EXPECT_FALSE(parse_reply(encode_reply(reply))) << "no id 0";
}

TEST(HolderWire, AnotherVersionIsNamed) {
    auto bytes = encode_reply(sample());
    const uint16_t other = kVersion + 1;
    memcpy(bytes.data() + offsetof(ReplyHead, version), &other, sizeof other);
    const auto parsed = parse_reply(bytes);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, Code::unsupported);
    EXPECT_NE(std::string(parsed.error().message()).find("--stop"), std::string::npos);
}

TEST(HolderWire, RequestsAreTakenByTheirExactForm) {
    Request request;
    EXPECT_TRUE(parse_request(bytes_of(request)));
    request.version = 77;
    EXPECT_TRUE(parse_request(bytes_of(request))) << "the reply tells the versions apart";
    request.verb = Verb::stop;
    EXPECT_EQ(parse_request(bytes_of(request))->verb, Verb::stop);
    request.verb = static_cast<Verb>(3);  // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange): garbage
    EXPECT_FALSE(parse_request(bytes_of(request)));
    request = {};
    request.magic = 1;
    EXPECT_FALSE(parse_request(bytes_of(request)));
    EXPECT_FALSE(parse_request({}));
    EXPECT_FALSE(parse_request(bytes_of(request).first(7)));
    const std::array<Request, 2> two;
    EXPECT_FALSE(parse_request(std::as_bytes(std::span(two))));
}

}  // namespace
}  // namespace cubby::holder
