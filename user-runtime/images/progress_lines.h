#pragma once
// The lines that a template writes to CUBBY_PROGRESS_FD (templates/CONTRACT.md): "progress DONE TOTAL TEXT".

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace cubby {

// How far a build is: done of total in any unit (total 0: unknown), and what is going on.
using BuildProgress = std::function<void(uint64_t done, uint64_t total, std::string_view what)>;

// Takes bytes as they come and reports each whole line.  A line that is not understood, or is longer than kMaxLine, is
// passed over: a template cannot fail by its progress.
class ProgressLines {
  public:
    static constexpr size_t kMaxLine = 512;

    explicit ProgressLines(const BuildProgress& report) : report_(report) {}
    void take(std::string_view bytes);

  private:
    void line(std::string_view text) const;
    const BuildProgress& report_;
    std::string pending_;
    bool too_long_ = false;
};

}  // namespace cubby
