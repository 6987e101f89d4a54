// images/progress_lines: what a template may write to its progress descriptor.

#include "images/progress_lines.h"

#include <string>
#include <vector>

#include "tests/unit/storage/own_holder.h"

namespace cubby {
namespace {

std::vector<std::string> reports_of(std::string_view bytes, size_t part = 0) {
    std::vector<std::string> seen;
    const BuildProgress report = [&](uint64_t done, uint64_t total, std::string_view what) {
        seen.push_back(std::to_string(done) + "/" + std::to_string(total) + " " + std::string(what));
    };
    ProgressLines lines(report);
    if (part == 0) {
        lines.take(bytes);
    }
    for (size_t at = 0; part > 0 && at < bytes.size(); at += part) {
        lines.take(bytes.substr(at, part));
    }
    return seen;
}

using Seen = std::vector<std::string>;

TEST(ProgressLinesTest, ReportsWholeLinesInAnyParts) {
    const std::string_view bytes = "progress 0 100 reading the lists\nprogress 7 0 working\nprogress 3 4";
    const Seen wanted{"0/100 reading the lists", "7/0 working"};
    EXPECT_EQ(reports_of(bytes), wanted);
    EXPECT_EQ(reports_of(bytes, 1), wanted);
    EXPECT_EQ(reports_of(bytes, 7), wanted);
}

TEST(ProgressLinesTest, PassesOverWhatItDoesNotUnderstand) {
    EXPECT_EQ(reports_of("hello\n\nprogress\nprogress x 1 a\nprogress 1 -1 a\nprogress 1 18446744073709551616 a\n"
                         "  progress 1 2 a\nprogress 1 2 good\n"),
              Seen{"1/2 good"});
}

TEST(ProgressLinesTest, DropsALineThatIsTooLongAndGoesOn) {
    EXPECT_EQ(reports_of("progress 1 2 " + std::string(100'000, 'a') + "\nprogress 2 2 end\n", 997), Seen{"2/2 end"});
}

TEST(ProgressLinesTest, ShowsControlBytesAsText) {
    EXPECT_EQ(reports_of("progress 1 2 \x1b[2Jgone\n"), Seen{"1/2 \\x1b[2Jgone"});
}

}  // namespace
}  // namespace cubby
