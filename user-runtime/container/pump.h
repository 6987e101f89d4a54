#pragma once
// Moving bytes from one descriptor to another in an event loop, with back pressure: while the target does not take
// more, the source is not read.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kernel/event_loop.h"

namespace cubby {

class Pump {
  public:
    // Sees each block before it is moved; says how much of it may go on (console escape), or asks to end.
    struct Filtered {
        std::string bytes;
        bool end = false;
    };
    using Filter = std::function<Filtered(std::string_view)>;

    // Both descriptors stay the caller's.  `at_end` is called once, when the source ends or the target refuses.
    Pump(EventLoop& loop, int source, int target, std::function<void()> at_end, Filter filter = {});
    ~Pump() { stop(); }
    Pump(const Pump&) = delete;
    Pump& operator=(const Pump&) = delete;

    Status begin();
    // Moves what is there now, without waiting for more.
    void drain();
    void stop() noexcept;

  private:
    bool fill();
    bool flush();
    void on_source();
    void on_target();
    void finish();

    EventLoop& loop_;
    int source_;
    int target_;
    std::function<void()> at_end_;
    Filter filter_;
    std::string pending_;
    bool watching_target_ = false;
    bool ended_ = false;
};

}  // namespace cubby
