// Tables, labels, numbers and texts for terminals.

#include "cli/render.h"

#include "base/parse.h"
#include "cli/human.h"
#include "cli/table.h"
#include "tests/unit/cli/words.h"

namespace cubby::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Terminal terminal_of(size_t columns, bool colour = false) {
    return {.tty = true, .colour = colour, .unicode = true, .columns = columns};
}

std::vector<std::string_view> lines_of(const std::string& text) { return split_words(text, "\n"); }

TEST(CliTexts, AreMadeFitForATerminal) {
    EXPECT_EQ(shown("plain"), "plain");
    EXPECT_EQ(shown("a\x1b[31mb\n\t\x7f"), "a\\x1b[31mb\\x0a\\x09\\x7f");
    EXPECT_EQ(shown("gr\xc3\xbc\xc3\x9f \xe2\x80\xa6 \xf0\x9f\x90\xbf"),
              "gr\xc3\xbc\xc3\x9f \xe2\x80\xa6 \xf0\x9f\x90\xbf");
    EXPECT_EQ(shown("\xc2\x9b"), "\\xc2\\x9b");                             // CSI as a C1 control
    EXPECT_EQ(shown("\x9b\xff\xc3"), "\\x9b\\xff\\xc3");                    // no UTF-8
    EXPECT_EQ(shown("\xc0\xaf\xed\xa0\x80"), "\\xc0\\xaf\\xed\\xa0\\x80");  // overlong, surrogate
    EXPECT_EQ(shown(std::string_view("\0", 1)), "\\x00");
}

TEST(CliTexts, AreCutToAWidth) {
    EXPECT_EQ(fitted("abcdef", 6, terminal_of(80)), "abcdef");
    EXPECT_EQ(fitted("abcdef", 5, terminal_of(80)), "abcd\u2026");
    EXPECT_EQ(fitted("\u00e4\u00f6\u00fc\u00df", 3, terminal_of(80)), "\u00e4\u00f6\u2026");
    EXPECT_EQ(fitted("abcdef", 1, terminal_of(80)), "\u2026");
    EXPECT_EQ(fitted("abcdef", 0, terminal_of(80)), "");
    const Terminal plain{.tty = true, .unicode = false, .columns = 80};
    EXPECT_EQ(fitted("abcdef", 5, plain), "ab...");
    EXPECT_EQ(fitted("abcdef", 2, plain), "..");
}

TEST(CliTexts, AreWrappedAtBlanks) {
    EXPECT_EQ(wrapped("one two three", 9, "  "), "  one two\n  three\n");
    EXPECT_EQ(wrapped("", 9, "  "), "");
    EXPECT_EQ(wrapped("averylongwordindeed x", 9, ""), "averylongwordindeed\nx\n");
}

TEST(CliColours, AreOnlyThereWhenAllowed) {
    EXPECT_EQ(coloured("x", Colour::red, false), "x");
    EXPECT_EQ(coloured("x", Colour::red, true), "\x1b[31mx\x1b[0m");
    EXPECT_EQ(coloured("x", Colour::none, true), "x");
}

TEST(CliTables, AreAligned) {
    Table table({{.title = "NAME"}, {.title = "PID", .right = true}});
    table.add({std::string("a"), std::string("1")});
    table.add({std::string("bbbbbb"), std::string("12345")});
    EXPECT_EQ(table.text({}), "NAME      PID\na           1\nbbbbbb  12345\n");
}

TEST(CliTables, NeverAreWiderThanTheTerminal) {
    Table table({{.title = "NAME", .shrinks = true}, {.title = "STATE"}, {.title = "REMARK", .shrinks = true}});
    table.add({std::string(40, 'n'), std::string("RUNNING"), std::string(200, 'r')});
    table.add({std::string("\u00e4") + std::string(60, 'n'), std::string("STOPPED"), std::string("")});
    for (size_t columns = 1; columns < 130; ++columns) {
        const std::string text = table.text(terminal_of(columns));
        for (const std::string_view line : lines_of(text)) {
            ASSERT_LE(width(line), columns);
        }
    }
    // The state is not what is cut while others can be.
    EXPECT_THAT(table.text(terminal_of(30)), HasSubstr("RUNNING"));
    EXPECT_THAT(table.text(terminal_of(30)), HasSubstr("\u2026"));
    // Nothing is cut in a pipe.
    EXPECT_THAT(table.text({}), HasSubstr(std::string(200, 'r')));
}

TEST(CliTables, ShowControlCharacters) {
    Table table({{.title = "NAME"}});
    table.add({std::string("a\x1b]0;x\x07")});
    EXPECT_EQ(table.text({}), "NAME\na\\x1b]0;x\\x07\n");
}

TEST(CliTables, HaveNoBlanksAtTheEndOfLines) {
    EXPECT_THAT(list_text({{.name = "a", .broken = ""}}, {}), Not(HasSubstr(" \n")));
}

TEST(CliTables, ColourDoesNotCountAsWidth) {
    const std::vector<Summary> containers{{.name = "a", .state = State::running, .broken = "", .pid = 7}};
    const std::string plain = list_text(containers, terminal_of(80));
    std::string colour = list_text(containers, terminal_of(80, true));
    EXPECT_THAT(colour, HasSubstr("\x1b[32mRUNNING\x1b[0m"));
    for (const char* code : {"\x1b[1m", "\x1b[32m", "\x1b[2m", "\x1b[0m"}) {
        for (size_t at = colour.find(code); at != std::string::npos; at = colour.find(code)) {
            colour.erase(at, std::string_view(code).size());
        }
    }
    EXPECT_EQ(lines_of(colour)[1], lines_of(plain)[1]);
}

TEST(CliNumbers, AreHuman) {
    EXPECT_EQ(human_size(0), "0 B");
    EXPECT_EQ(human_size(1023), "1023 B");
    EXPECT_EQ(human_size(1024), "1.0 KiB");
    EXPECT_EQ(human_size(1536), "1.5 KiB");
    EXPECT_EQ(human_size(1048575), "1.0 MiB");
    EXPECT_EQ(human_size(UINT64_MAX), "16.0 EiB");
    EXPECT_EQ(human_duration(-5), "0 s");
    EXPECT_EQ(human_duration(59), "59 s");
    EXPECT_EQ(human_duration(60), "1 min");
    EXPECT_EQ(human_duration(7200), "2 h");
    EXPECT_EQ(human_duration(172800), "2 days");
    EXPECT_EQ(clock_duration(7), "0:07");
    EXPECT_EQ(clock_duration(3723), "1:02:03");
    EXPECT_EQ(human_ranges({{0, 100000, 65536}, {65536, 1000, 1}}), "0-65535 -> 100000-165535, 65536 -> 1000");
    EXPECT_EQ(human_ranges({}), "none");
}

TEST(CliInfoText, TellsWhatIsLost) {
    Info info;
    info.summary = {.name = "p1", .state = State::running, .broken = "", .pid = 12};
    info.started_unix = 1000;
    info.last_exit = 137;
    info.lost = {"the outer /proc is shown"};
    info.unsupported = {"lxc.x: no"};
    const std::string text = info_text(info, {}, 1060);
    EXPECT_THAT(text, HasSubstr("Name:          p1\n"));
    EXPECT_THAT(text, HasSubstr("State:         RUNNING\n"));
    EXPECT_THAT(text, HasSubstr("(1 min ago)\n"));
    EXPECT_THAT(text, HasSubstr("Last exit:     137\n"));
    EXPECT_THAT(text, HasSubstr("Not isolated:  the outer /proc is shown\n"));
    EXPECT_THAT(text, HasSubstr("No effect:     lxc.x: no\n"));
    EXPECT_THAT(text, Not(HasSubstr("Broken")));
}

TEST(CliDoctorText, PutsTheCureBelow) {
    const std::vector<DoctorRow> rows{
        {"user-namespace", DoctorStatus::ok, "works", "containers can be made", ""},
        {"ids", DoctorStatus::missing, "no ranges", "only one id",
         "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 alice"},
    };
    EXPECT_EQ(
        doctor_text(rows, {}),
        "ok        user-namespace  works\n"
        "missing   ids             no ranges\n"
        "                          only one id\n"
        "                          cure: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 alice\n");
    // A cure is never cut, however narrow the terminal.
    EXPECT_THAT(doctor_text(rows, terminal_of(40)), HasSubstr("--add-subgids 100000-165535 alice"));
}

TEST(CliPlanText, NumbersTheSteps) {
    const PlanView plan{"user mnt",
                        {{"child_mounts", "bind", "/dev/null on dev/null"}, {"child_exec", "exec", "/sbin/init"}}};
    const std::string text = plan_text(plan, {});
    EXPECT_THAT(text, HasSubstr("New namespaces:  user mnt\n"));
    EXPECT_THAT(text, HasSubstr("   1  child_mounts  bind  /dev/null on dev/null\n"));
    EXPECT_THAT(text, HasSubstr("   2  child_exec    exec  /sbin/init\n"));
}

TEST(CliImagesText, ShortensIds) {
    const std::vector<ImageSummary> images{{.id = "sha256-0123456789abcdef",
                                            .made_by = "busybox",
                                            .created_unix = 0,
                                            .bytes = 2048,
                                            .used_by = {"a", "b"}}};
    EXPECT_THAT(images_text(images, {}, 100), HasSubstr("0123456789ab  busybox  2.0 KiB    -  a, b\n"));
    EXPECT_EQ(short_id("other"), "other");
}

}  // namespace
}  // namespace cubby::cli
