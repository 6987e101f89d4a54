#include "monitor/ring_buffer.h"

#include <algorithm>

namespace cubby {

void RingBuffer::append(std::string_view bytes) {
    if (bytes.size() > capacity_) {
        bytes.remove_prefix(bytes.size() - capacity_);
    }
    const size_t room = std::min(capacity_ - bytes_.size(), bytes.size());
    bytes_.append(bytes.substr(0, room));
    for (const char byte : bytes.substr(room)) {
        bytes_[next_] = byte;
        next_ = (next_ + 1) % capacity_;
    }
}

std::string RingBuffer::contents() const { return bytes_.substr(next_) + bytes_.substr(0, next_); }

}  // namespace cubby
