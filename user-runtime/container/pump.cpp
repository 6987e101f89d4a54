#include "container/pump.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace cubby {
namespace {

// A terminal or pipe that poll calls writable takes this much without blocking (PIPE_BUF, pipe(7)).
constexpr size_t kAtomic = 4096;

bool ready(int fd, short events) noexcept {
    pollfd watched{fd, events, 0};
    return poll(&watched, 1, 0) > 0;
}

}  // namespace

Pump::Pump(EventLoop& loop, int source, int target, std::function<void()> at_end, Filter filter)
    : loop_(loop), source_(source), target_(target), at_end_(std::move(at_end)), filter_(std::move(filter)) {}

Status Pump::begin() {
    auto watched = loop_.watch(source_, EPOLLIN, [this](uint32_t) { on_source(); });
    if (!watched && watched.error().sys_errno == EPERM) {
        // epoll takes no regular files (epoll_ctl(2)): such a source is always ready.
        while (!ended_ && fill()) {
            while (!pending_.empty() && flush()) {
            }
        }
        return {};
    }
    return watched;
}

bool Pump::fill() {
    std::array<char, kAtomic> chunk;
    const ssize_t got = read(source_, chunk.data(), chunk.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
        return true;
    }
    if (got <= 0) {  // EIO is how a pty says that nobody holds its other side
        finish();
        return false;
    }
    const std::string_view bytes(chunk.data(), static_cast<size_t>(got));
    if (!filter_) {
        pending_.append(bytes);
        return true;
    }
    Filtered filtered = filter_(bytes);
    pending_ += filtered.bytes;
    if (filtered.end) {
        flush();
        finish();
        return false;
    }
    return true;
}

bool Pump::flush() {
    const ssize_t put = write(target_, pending_.data(), std::min(pending_.size(), kAtomic));
    if (put < 0) {
        if (errno == EAGAIN || errno == EINTR) {
            return false;
        }
        pending_.clear();
        finish();
        return false;
    }
    pending_.erase(0, static_cast<size_t>(put));
    return true;
}

void Pump::on_source() {
    if (!fill()) {
        return;
    }
    if (!pending_.empty() && ready(target_, POLLOUT)) {
        flush();
    }
    if (!pending_.empty() && !watching_target_ && !ended_) {
        loop_.forget(source_);
        // A target that epoll does not take (a regular file) is always writable, so nothing is pending there.
        watching_target_ = loop_.watch(target_, EPOLLOUT, [this](uint32_t) { on_target(); }).has_value();
    }
}

void Pump::on_target() {
    flush();
    if (pending_.empty() && !ended_) {
        loop_.forget(target_);
        watching_target_ = false;
        static_cast<void>(loop_.watch(source_, EPOLLIN, [this](uint32_t) { on_source(); }).has_value());
    }
}

void Pump::drain() {
    while (!ended_) {
        while (!pending_.empty()) {
            pollfd watched{target_, POLLOUT, 0};
            poll(&watched, 1, -1);
            if (!flush() && (ended_ || errno != EAGAIN)) {
                return;
            }
        }
        if (!ready(source_, POLLIN) || !fill()) {
            return;
        }
    }
}

void Pump::finish() {
    if (ended_) {
        return;
    }
    ended_ = true;
    stop();
    if (at_end_) {
        at_end_();
    }
}

void Pump::stop() noexcept {
    loop_.forget(source_);
    if (watching_target_) {
        loop_.forget(target_);
        watching_target_ = false;
    }
}

}  // namespace cubby
