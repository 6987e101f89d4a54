#pragma once
// How far long work is, on standard error: a bar that is drawn over on a terminal, else a line a phase.

#include <cstdint>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>

#include "cli/terminal.h"

namespace cubby::cli {

class ProgressBar {
  public:
    using Write = std::function<void(std::string_view)>;
    using Clock = std::function<int64_t()>;  // milliseconds, CLOCK_MONOTONIC

    // Quiet: nothing at all.
    ProgressBar(const Terminal& terminal, bool quiet);
    // For tests.
    ProgressBar(const Terminal& terminal, bool quiet, Write write, Clock clock);
    ~ProgressBar() { clear(); }
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    // `done` of `total` (0: nobody knows), and what is going on.  What stands before the first ':' of `what` is the
    // phase.  On a terminal it is drawn at most ten times a second, and wiped when all is done, for then a container's
    // own output may follow; elsewhere a phase is printed once.
    void show(uint64_t done, uint64_t total, std::string_view what);
    // Wipes the bar, so that other output starts on an empty line.
    void clear();

  private:
    [[nodiscard]] std::string line(uint64_t done, uint64_t total, std::string_view what, int64_t now) const;

    Terminal terminal_;
    bool quiet_ = false;
    Write write_;
    Clock clock_;
    int64_t started_ = 0;
    int64_t drawn_ = -1;
    bool visible_ = false;
    std::string phase_;
};

}  // namespace cubby::cli
