#include "images/progress_lines.h"

#include "base/parse.h"

namespace cubby {
namespace {

std::string_view take_word(std::string_view& text) {
    const auto blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    return word;
}

}  // namespace

void ProgressLines::take(std::string_view bytes) {
    for (const char byte : bytes) {
        if (byte == '\n') {
            if (!too_long_) {
                line(pending_);
            }
            pending_.clear();
            too_long_ = false;
        } else if (pending_.size() < kMaxLine) {
            pending_ += byte;
        } else {
            too_long_ = true;
        }
    }
}

void ProgressLines::line(std::string_view text) const {
    if (take_word(text) != "progress" || !report_) {
        return;
    }
    const auto done = parse_unsigned(take_word(text), UINT64_MAX, "progress");
    const auto total = parse_unsigned(take_word(text), UINT64_MAX, "progress");
    if (done && total) {
        report_(*done, *total, printable(trim(text)));
    }
}

}  // namespace cubby
