#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>

#include "cli/human.h"
#include "kernel/root.h"

namespace cubby::cli {
namespace {

constexpr int64_t kRedrawMs = 100;
constexpr size_t kBarColumns = 20;

int64_t monotonic_ms() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

void to_standard_error(std::string_view text) {
    // Progress that cannot be shown must not stop the work.
    static_cast<void>(write_all(STDERR_FILENO, text, "standard error").has_value());
}

unsigned percent_of(uint64_t done, uint64_t total) noexcept {
    return static_cast<unsigned>(static_cast<double>(std::min(done, total)) * 100.0 / static_cast<double>(total));
}

}  // namespace

ProgressBar::ProgressBar(const Terminal& terminal, bool quiet)
    : ProgressBar(terminal, quiet, to_standard_error, monotonic_ms) {}

ProgressBar::ProgressBar(const Terminal& terminal, bool quiet, Write write, Clock clock)
    : terminal_(terminal), quiet_(quiet), write_(std::move(write)), clock_(std::move(clock)), started_(clock_()) {}

void ProgressBar::show(uint64_t done, uint64_t total, std::string_view what) {
    if (quiet_) {
        return;
    }
    const std::string phase = shown(what.substr(0, what.find(':')));
    const bool new_phase = phase != phase_;
    phase_ = phase;
    if (!terminal_.tty) {
        if (new_phase) {
            write_("note: " + shown(what) + "\n");
        }
        return;
    }
    if (total > 0 && done >= total) {
        clear();
        return;
    }
    const int64_t now = clock_();
    if (!new_phase && drawn_ >= 0 && now - drawn_ < kRedrawMs) {
        return;
    }
    drawn_ = now;
    visible_ = true;
    write_("\r\x1b[K" + line(done, total, shown(what), now));
}

void ProgressBar::clear() {
    if (visible_) {
        write_("\r\x1b[K");
        visible_ = false;
    }
}

std::string ProgressBar::line(uint64_t done, uint64_t total, std::string_view what, int64_t now) const {
    std::string out;
    if (total > 0) {
        const unsigned percent = percent_of(done, total);
        const size_t full = kBarColumns * percent / 100;
        const std::string number = std::to_string(percent);
        out = "[" + std::string(full, '#') + std::string(kBarColumns - full, '.') + "] " +
              std::string(3 - std::min<size_t>(number.size(), 3), ' ') + number + "%  ";
    }
    out.append(clock_duration((now - started_) / 1000)).append("  ").append(what);
    // The last column stays free: some terminals wrap when it is written.
    return fitted(out, terminal_.columns > 1 ? terminal_.columns - 1 : 1, terminal_);
}

}  // namespace cubby::cli
