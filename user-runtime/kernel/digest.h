#pragma once
// SHA-256 (FIPS 180-4) through libnettle.

#include <nettle/sha2.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cubby {

struct Sha256 {
    std::array<uint8_t, 32> bytes{};
    // 64 lower-case hexadecimal digits.
    [[nodiscard]] std::string hex() const;
    auto operator<=>(const Sha256&) const = default;
};

// Takes bytes in any number of parts.
class Sha256Hasher {
  public:
    Sha256Hasher() noexcept { sha256_init(&context_); }
    void add(std::string_view bytes) noexcept;
    // The length first, as eight bytes: two texts in a row cannot be taken for two others.
    void add_sized(std::string_view bytes) noexcept;
    // A number as eight bytes, the lowest first.
    void add_number(uint64_t number) noexcept;
    // The digest of all that was added; the hasher begins anew.
    [[nodiscard]] Sha256 finish() noexcept;

  private:
    sha256_ctx context_;
};

[[nodiscard]] Sha256 sha256(std::string_view bytes) noexcept;
// Of the rest of an open file; `what` names it in the error.
Result<Sha256> sha256_of(int fd, const char* what);

}  // namespace cubby
