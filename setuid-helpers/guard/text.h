#pragma once
// Bytes that somebody else wrote, read without the C library: no locale, no allocation, no read behind the end.

#include <cstddef>
#include <cstdint>

namespace cubby::guard {

class Text {
  public:
    constexpr Text() noexcept = default;
    constexpr Text(const char* data, size_t size) noexcept : data_(data), size_(size) {}
    // A NUL-terminated text.
    static constexpr Text of(const char* text) noexcept {
        size_t size = 0;
        while (text[size] != '\0') {
            ++size;
        }
        return {text, size};
    }

    [[nodiscard]] constexpr const char* data() const noexcept { return data_; }
    [[nodiscard]] constexpr size_t size() const noexcept { return size_; }
    // NUL behind the end.
    [[nodiscard]] constexpr char operator[](size_t at) const noexcept { return at < size_ ? data_[at] : '\0'; }
    [[nodiscard]] constexpr Text from(size_t first) const noexcept {
        return first < size_ ? Text(data_ + first, size_ - first) : Text();
    }
    // Takes off and returns what stands before the first `separator`; all of it where there is none.
    constexpr Text next_field(char separator) noexcept {
        size_t end = 0;
        while (end < size_ && data_[end] != separator) {
            ++end;
        }
        const Text field(data_, end);
        *this = from(end + 1);
        return field;
    }
    [[nodiscard]] constexpr bool operator==(const Text& other) const noexcept {
        bool same = size_ == other.size_;
        for (size_t at = 0; same && at < size_; ++at) {
            same = data_[at] == other.data_[at];
        }
        return same;
    }

  private:
    const char* data_ = nullptr;
    size_t size_ = 0;
};

// ^(0|[1-9][0-9]{0,9})$ and nothing else: no sign, no blank, no other base, no leading zero.
constexpr bool parse_number(Text text, uint64_t& out) noexcept {
    if (text.size() < 1 || text.size() > 10 || (text[0] == '0' && text.size() > 1)) {
        return false;
    }
    uint64_t value = 0;
    for (size_t at = 0; at < text.size(); ++at) {
        const char byte = text[at];
        if (byte < '0' || byte > '9') {
            return false;
        }
        value = value * 10 + static_cast<uint64_t>(byte - '0');
    }
    out = value;
    return true;
}

}  // namespace cubby::guard
