#include "kernel/event_loop.h"

#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace cubby {

Result<EventLoop> EventLoop::make() noexcept {
    Fd epoll(epoll_create1(EPOLL_CLOEXEC));
    if (!epoll) {
        return FAIL_ERRNO("make an event loop");
    }
    return EventLoop(std::move(epoll));
}

Status EventLoop::watch(int fd, uint32_t events, Handler handler) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    const int operation = handlers_.contains(fd) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(epoll_.get(), operation, fd, &event) != 0) {
        return FAIL_ERRNO("watch descriptor %d", fd);
    }
    handlers_[fd] = std::move(handler);
    return {};
}

void EventLoop::forget(int fd) noexcept {
    if (handlers_.erase(fd) != 0) {
        epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    }
}

Result<int> EventLoop::handle_round(int timeout_ms) {
    std::array<epoll_event, 16> events;
    // Not epoll_wait(3): with a second thread it is a cancellation point, and takes pages of the C library along that the
    // sleeping process would keep (kernel/memory.h).
    const auto ready = static_cast<int>(
        syscall(SYS_epoll_pwait, epoll_.get(), events.data(), events.size(), timeout_ms, nullptr, sizeof(uint64_t)));
    if (ready < 0 && errno != EINTR) {
        return FAIL_ERRNO("wait for events");
    }
    for (int at = 0; at < ready; ++at) {
        // A handler that ran before in this round may have forgotten this descriptor.
        const auto found = handlers_.find(events[static_cast<size_t>(at)].data.fd);
        if (found != handlers_.end()) {
            const Handler handler = found->second;
            handler(events[static_cast<size_t>(at)].events);
        }
    }
    return ready < 0 ? 1 : ready;  // a signal is an event, too
}

Status EventLoop::run_once(int timeout_ms) {
    static_cast<void>(TRY(handle_round(timeout_ms)));
    return {};
}

Status EventLoop::run() {
    bool active = true;
    while (!stopped_) {
        const int ready = TRY(handle_round(active ? idle_ms_ : -1));
        active = ready > 0;
        if (!active && idle_) {
            idle_();
        }
    }
    return {};
}

Result<Fd> open_signals(std::span<const int> signals) noexcept {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : signals) {
        sigaddset(&set, signal);
    }
    if (sigprocmask(SIG_BLOCK, &set, nullptr) != 0) {
        return FAIL_ERRNO("block signals");
    }
    Fd fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd) {
        return FAIL_ERRNO("open signals");
    }
    return fd;
}

int next_signal(int signals) noexcept {
    signalfd_siginfo info{};
    return read(signals, &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

Result<Fd> open_timer(uint64_t ms) noexcept {
    Fd fd(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(ms / 1000);
    when.it_value.tv_nsec = static_cast<long>(ms % 1000) * 1'000'000 + (ms == 0 ? 1 : 0);
    if (!fd || timerfd_settime(fd.get(), 0, &when, nullptr) != 0) {
        return FAIL_ERRNO("set a timer");
    }
    return fd;
}

}  // namespace cubby
