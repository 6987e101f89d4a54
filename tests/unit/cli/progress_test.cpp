// The progress bar, on a terminal and elsewhere.

#include "cli/progress.h"

#include "tests/unit/cli/words.h"

namespace cubby::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

struct Bar {
    explicit Bar(const Terminal& terminal, bool quiet = false)
        : bar(terminal, quiet, [this](std::string_view text) { written.append(text); }, [this] { return now; }) {}
    std::string written;
    int64_t now = 1000;
    ProgressBar bar;
};

constexpr Terminal kScreen{.tty = true, .colour = false, .unicode = true, .columns = 60};

TEST(CliProgress, IsDrawnOverOnATerminal) {
    Bar bar(kScreen);
    bar.bar.show(1, 4, "fetch: some");
    EXPECT_EQ(bar.written, "\r\x1b[K[#####...............]  25%  0:00  fetch: some");
    bar.written.clear();
    bar.now += 5000;
    bar.bar.show(3, 4, "fetch: more");
    EXPECT_EQ(bar.written, "\r\x1b[K[###############.....]  75%  0:05  fetch: more");
}

TEST(CliProgress, IsDrawnAtMostTenTimesASecond) {
    Bar bar(kScreen);
    for (uint64_t done = 0; done < 100; ++done) {
        bar.bar.show(done, 1000, "unpack");
        bar.now += 1;
    }
    EXPECT_EQ(std::count(bar.written.begin(), bar.written.end(), '\r'), 1);
    bar.bar.show(101, 1000, "another phase");
    EXPECT_THAT(bar.written, EndsWith("another phase"));
}

TEST(CliProgress, IsWipedWhenAllIsDone) {
    Bar bar(kScreen);
    bar.bar.show(1, 2, "unpack");
    bar.bar.show(2, 2, "unpack");
    EXPECT_THAT(bar.written, EndsWith("\r\x1b[K"));
    bar.written.clear();
    bar.bar.clear();
    EXPECT_EQ(bar.written, "");
}

TEST(CliProgress, FitsTheTerminalAndShowsControls) {
    Bar bar({.tty = true, .colour = false, .unicode = true, .columns = 20});
    bar.bar.show(0, 0, "a\x1b[31m very long text indeed");
    EXPECT_EQ(bar.written, "\r\x1b[K0:00  a\\x1b[31m ve\u2026");
}

TEST(CliProgress, CountsNeverPastTheEnd) {
    Bar bar(kScreen);
    bar.bar.show(UINT64_MAX - 1, UINT64_MAX, "x");
    EXPECT_THAT(bar.written, HasSubstr("100%"));
}

TEST(CliProgress, IsALineAPhaseElsewhere) {
    Bar bar({});
    for (uint64_t done = 0; done < 50; ++done) {
        bar.bar.show(done, 100, "fetch: file " + std::to_string(done));
    }
    bar.bar.show(50, 100, "unpack");
    bar.bar.show(100, 100, "unpack");
    EXPECT_EQ(bar.written, "note: fetch: file 0\nnote: unpack\n");
}

TEST(CliProgress, IsSilentWhenQuiet) {
    Bar screen(kScreen, true);
    screen.bar.show(1, 2, "x");
    Bar pipe({}, true);
    pipe.bar.show(1, 2, "x");
    EXPECT_EQ(screen.written + pipe.written, "");
}

}  // namespace
}  // namespace cubby::cli
