#pragma once
// A small epoll(7) loop: descriptors with callbacks, one timer, signals as a descriptor.

#include <sys/epoll.h>

#include <csignal>
#include <cstdint>
#include <functional>
#include <map>
#include <span>

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

class EventLoop {
  public:
    using Handler = std::function<void(uint32_t events)>;

    static Result<EventLoop> make() noexcept;

    // Watches a descriptor that the caller owns; `events` is EPOLLIN, EPOLLOUT, ….  Replaces an earlier watch.
    Status watch(int fd, uint32_t events, Handler handler);
    void forget(int fd) noexcept;
    // Runs until stop(); a handler may watch and forget any descriptor, its own too.
    [[gnu::hot]] Status run();
    // One round, waiting at most timeout_ms.
    Status run_once(int timeout_ms);
    // While run() runs: called once when `ms` have passed without an event, and again only after further events.
    void on_idle(int ms, std::function<void()> handler) {
        idle_ms_ = ms;
        idle_ = std::move(handler);
    }
    void stop() noexcept { stopped_ = true; }
    // After stop(): lets run() run again.
    void resume() noexcept { stopped_ = false; }
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }

  private:
    // How many descriptors had events.
    [[gnu::hot]] Result<int> handle_round(int timeout_ms);
    explicit EventLoop(Fd epoll) noexcept : epoll_(std::move(epoll)) {}
    Fd epoll_;
    std::map<int, Handler> handlers_;
    bool stopped_ = false;
    int idle_ms_ = -1;
    std::function<void()> idle_;
};

// Blocks `signals` and gives a descriptor that reads them (signalfd(2)).
Result<Fd> open_signals(std::span<const int> signals) noexcept;
// The next signal of such a descriptor, 0 when there is none.
int next_signal(int signals) noexcept;

// A timer descriptor (CLOCK_MONOTONIC) that becomes readable once after `ms`.
Result<Fd> open_timer(uint64_t ms) noexcept;

}  // namespace cubby
