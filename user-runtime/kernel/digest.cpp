#include "kernel/digest.h"

#include <unistd.h>

#include <cerrno>
#include <vector>

namespace cubby {

std::string Sha256::hex() const {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const uint8_t byte : bytes) {
        text += kDigits[byte >> 4U];
        text += kDigits[byte & 15U];
    }
    return text;
}

void Sha256Hasher::add(std::string_view bytes) noexcept {
    sha256_update(&context_, bytes.size(), reinterpret_cast<const uint8_t*>(bytes.data()));
}

void Sha256Hasher::add_number(uint64_t number) noexcept {
    std::array<char, 8> bytes{};
    for (char& byte : bytes) {
        byte = static_cast<char>(number & 0xffU);
        number >>= 8U;
    }
    add({bytes.data(), bytes.size()});
}

void Sha256Hasher::add_sized(std::string_view bytes) noexcept {
    add_number(bytes.size());
    add(bytes);
}

Sha256 Sha256Hasher::finish() noexcept {
    Sha256 digest;
    sha256_digest(&context_, digest.bytes.size(), digest.bytes.data());
    return digest;
}

Sha256 sha256(std::string_view bytes) noexcept {
    Sha256Hasher hasher;
    hasher.add(bytes);
    return hasher.finish();
}

Result<Sha256> sha256_of(int fd, const char* what) {
    constexpr size_t kChunk = 131072;
    std::vector<char> chunk(kChunk);
    Sha256Hasher hasher;
    for (;;) {
        const ssize_t got = read(fd, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return FAIL_ERRNO("read %s", what);
        }
        if (got == 0) {
            return hasher.finish();
        }
        hasher.add({chunk.data(), static_cast<size_t>(got)});
    }
}

}  // namespace cubby
