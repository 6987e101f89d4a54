#pragma once
// The last bytes of a console: what a reader sees who comes late.

#include <cstddef>
#include <string>
#include <string_view>

namespace cubby {

class RingBuffer {
  public:
    // Keeps the last `capacity` bytes; memory grows with what was written.
    explicit RingBuffer(size_t capacity) noexcept : capacity_(capacity) {}
    void append(std::string_view bytes);
    // Everything that is kept, oldest first.
    [[nodiscard]] std::string contents() const;
    void clear() noexcept {
        next_ = 0;
        bytes_.clear();
    }

  private:
    size_t capacity_;
    size_t next_ = 0;  // where the oldest byte is, once the buffer is full
    std::string bytes_;
};

}  // namespace cubby
