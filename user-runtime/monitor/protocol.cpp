#include "monitor/protocol.h"

namespace cubby::protocol {

std::vector<std::byte> encode(Type type, std::string_view payload) {
    const Header header{kVersion, type, static_cast<uint32_t>(payload.size())};
    std::vector<std::byte> bytes(sizeof header + payload.size());
    memcpy(bytes.data(), &header, sizeof header);
    if (!payload.empty()) {  // an empty one may have no address, which memcpy(3) must not be given
        memcpy(bytes.data() + sizeof header, payload.data(), payload.size());
    }
    return bytes;
}

Result<Incoming> decode(const Frame& frame) {
    if (frame.bytes.empty()) {
        return FAIL(Code::not_found, "the other side has gone");
    }
    const std::string_view bytes(reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size());
    const auto header = TRY(read_as<Header>(bytes));
    if (header.version != kVersion) {
        return FAIL(Code::unsupported, "control protocol version %u, this program speaks %u", header.version, kVersion);
    }
    if (header.length != bytes.size() - sizeof header || header.type > kLastType) {
        return FAIL(Code::broken, "a control message is malformed");
    }
    const std::string_view payload = bytes.substr(sizeof header);
    if (header.type == Type::error) {
        Error error = TRY(read_as<Error>(payload));
        error.text[sizeof error.text - 1] = '\0';
        return std::unexpected(error);
    }
    return Incoming{header.type, payload};
}

::cubby::Status send(int socket, Type type, std::string_view payload, std::span<const int> fds) {
    return send_frame(socket, encode(type, payload), fds);
}

}  // namespace cubby::protocol
