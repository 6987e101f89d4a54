#pragma once
// An owned file descriptor.  Closed exactly once, by its last owner; never dup()ed behind the owner's back.

#include <unistd.h>

#include <utility>

namespace cubby {

class [[nodiscard]] Fd {
  public:
    Fd() noexcept = default;
    explicit Fd(int raw) noexcept : raw_(raw) {}
    Fd(Fd&& other) noexcept : raw_(other.release()) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset(other.release());
        }
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }

    [[nodiscard]] int get() const noexcept { return raw_; }
    [[nodiscard]] explicit operator bool() const noexcept { return raw_ >= 0; }
    [[nodiscard]] int release() noexcept { return std::exchange(raw_, -1); }
    void reset(int raw = -1) noexcept {
        const int old = std::exchange(raw_, raw);
        if (old >= 0) {
            ::close(old);  // Linux closes the descriptor even when it reports EINTR (close(2))
        }
    }

  private:
    int raw_ = -1;
};

}  // namespace cubby
