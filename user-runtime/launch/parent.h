#pragma once
// The starter's half: making the child, directly or through an intermediate, and the messages that it sends.

#include "base/fd.h"
#include "launch/baton.h"
#include "launch/launch.h"

namespace cubby::launch {

// Kills the child unless it was handed over: nothing of a failed start stays behind.
class ChildGuard {
  public:
    explicit ChildGuard(Cloned child) noexcept : child_(std::move(child)) {}
    ~ChildGuard();
    ChildGuard(ChildGuard&&) = default;
    ChildGuard& operator=(ChildGuard&&) = delete;
    ChildGuard(const ChildGuard&) = delete;
    ChildGuard& operator=(const ChildGuard&) = delete;
    [[nodiscard]] pid_t pid() const noexcept { return child_.pid; }
    [[nodiscard]] int pidfd() const noexcept { return child_.pidfd.get(); }
    [[nodiscard]] const Cloned& cloned() const noexcept { return child_; }
    [[nodiscard]] Fd hand_over() noexcept { return std::move(child_.pidfd); }

  private:
    Cloned child_;
};

// Takes messages until the child has reached the end of its segment (true) or closed the socket by its exec (false).
// Consoles, notes and timings on the way go into `launched`, other things to `reports`.
Result<bool> listen(int socket, Launched& launched, const Reports& reports = {}) noexcept;

// What an intermediate does before it makes the child as its sibling (CLONE_PARENT).
struct Intermediate {
    const Input* input = nullptr;  // enters input->entered one by one
    int pidfd = -1;                // or all of `set` of that process
    NsSet set;
    bool forked = false;  // the caller may have threads: by fork(3), and without his directories
    int keep = -1;        // but with this one, of the container's
};

// Makes the child through an intermediate process that enters other namespaces first and ends at once: the caller
// itself never leaves its own.  `child` runs in the child and does not return; `context` is handed to it.
Result<Cloned> clone_through(const Intermediate& way, uint64_t flags, int starter_end, int child_end,
                             void (*child)(void* context), void* context) noexcept;

}  // namespace cubby::launch
