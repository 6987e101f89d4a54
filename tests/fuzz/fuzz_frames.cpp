// Any bytes as a frame of the monitor, or of the holder: nothing crashes, what is accepted agrees with its own length, and
// what is encoded comes back.
#include <cstring>
#include <span>

#include "monitor/protocol.h"
#include "netns-helper/wire/holder_wire.h"
#include "tests/fuzz/oracle.h"

namespace {

using namespace cubby;

void check_monitor(std::span<const std::byte> bytes) {
    Frame frame;
    frame.bytes.assign(bytes.begin(), bytes.end());
    const auto decoded = protocol::decode(frame);
    if (!decoded) {
        require(decoded.error().text[sizeof decoded.error().text - 1] == '\0', "an error without an end");
        return;
    }
    require(decoded->payload.size() + sizeof(protocol::Header) == bytes.size(), "a payload of another length");
    Frame again;
    again.bytes = protocol::encode(decoded->type, decoded->payload);
    require(again.bytes == frame.bytes, "encode(decode(x)) is not x");
    (void)protocol::read_as<protocol::StopOrder>(decoded->payload);
    (void)protocol::read_as<protocol::AttachFacts>(decoded->payload);
}

void check_holder(std::span<const std::byte> bytes) {
    (void)holder::parse_request(bytes);
    const auto reply = holder::parse_reply(bytes);
    if (reply) {
        require(!reply->maps.uids.empty() && !reply->maps.gids.empty(), "a reply without maps");
        const auto again = holder::parse_reply(holder::encode_reply(*reply));
        require(again && *again == *reply, "parse(encode(reply)) is not the reply");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    check_monitor(bytes);
    check_holder(bytes);
    return 0;
}
