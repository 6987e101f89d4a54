// LXC's commands: what follows from their rows, and how their command lines are read.

#include <fstream>
#include <set>
#include <sstream>

#include "base/parse.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/lxc/compat_page.h"
#include "cli/lxc/listing.h"
#include "cli/lxc/log.h"
#include "cli/lxc/registry.h"
#include "cli/lxc/selection.h"
#include "cli/man.h"
#include "tests/page_section.h"
#include "tests/unit/cli/words.h"

namespace cubby::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string file_text(const std::string& path) {
    std::ifstream file(std::string(CUBBY_SOURCE_DIR) + "/" + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

Result<Parsed> parsed(const char* name, const std::vector<std::string>& words) {
    const Command& command = find_lxc_command(name)->command;
    Parsed line = TRY(parse(command, words));
    TRY(check_operands(command, line));
    return line;
}

TEST(LxcRegistry, NamesAreUniqueAndKnown) {
    std::set<std::string> names;
    for (const LxcCommand* row : lxc_commands()) {
        for (const std::string& name : all_names(row->command)) {
            EXPECT_TRUE(names.insert(name).second) << name;
            EXPECT_EQ(find_lxc_command(name), row);
            EXPECT_EQ(find_command(name), nullptr) << name;
        }
    }
    EXPECT_EQ(find_lxc_command("lxc-strat"), nullptr);
    EXPECT_EQ(nearest_lxc_command("lxc-strat"), "lxc-start");
}

TEST(LxcRegistry, HasEveryCommandOfLxc) {
    for (const char* name : {"attach",        "autostart",    "cgroup",
                             "checkconfig",   "checkpoint",   "clone",
                             "config",        "console",      "copy",
                             "create",        "destroy",      "device",
                             "execute",       "freeze",       "info",
                             "kill",          "ls",           "monitor",
                             "netstat",       "ps",           "restart",
                             "setcap",        "setuid",       "shutdown",
                             "snapshot",      "start",        "start-ephemeral",
                             "stop",          "top",          "unfreeze",
                             "unpriv-attach", "unpriv-start", "unshare",
                             "update-config", "usernsexec",   "version",
                             "wait"}) {
        EXPECT_NE(find_lxc_command(std::string("lxc-") + name), nullptr) << name;
        // The build makes a link of that name; CMakeLists.txt has the list.
        EXPECT_THAT(file_text("user-runtime/cli/CMakeLists.txt"), HasSubstr(name));
    }
}

TEST(LxcRegistry, RowsAreWhole) {
    for (const LxcCommand* row : lxc_commands()) {
        const Command& command = row->command;
        EXPECT_NE(command.run, nullptr) << command.name;
        EXPECT_NE(command.whole, nullptr) << command.name;
        EXPECT_EQ(command.gives, Gives::lxc_status) << command.name;
        EXPECT_FALSE(command.examples.empty()) << command.name;
        std::set<std::string> options;
        std::set<char> letters;
        for (const Option& option : command.options) {
            EXPECT_TRUE(options.insert(option.name).second) << command.name << " --" << option.name;
            EXPECT_TRUE(option.letter == 0 || letters.insert(option.letter).second)
                << command.name << " -" << option.letter;
        }
        for (const OptionStanding& standing : row->options) {
            EXPECT_TRUE(options.contains(standing.option)) << command.name << " --" << standing.option;
            EXPECT_NE(standing.note, nullptr);
        }
        EXPECT_THAT(help_text(command), StartsWith(std::string("Usage: ") + command.name));
        EXPECT_EQ(command_page(command).file, std::string("cubby-") + command.name + ".1");
    }
}

// "tests/integration/test_x.py Class.method" is there.
TEST(LxcRegistry, TestsThatTheRowsNameExist) {
    for (const LxcCommand* row : lxc_commands()) {
        ASSERT_NE(row->test, nullptr) << row->command.name;
        const auto words = split_words(row->test);
        ASSERT_EQ(words.size(), 2U) << row->test;
        const auto parts = split_fields(words[1], '.');
        ASSERT_EQ(parts.size(), 2U) << row->test;
        const std::string text = file_text(std::string(words[0]));
        EXPECT_THAT(text, HasSubstr("class " + std::string(parts[0]) + "(")) << row->test;
        EXPECT_THAT(text, HasSubstr("def " + std::string(parts[1]) + "(")) << row->test;
    }
}

TEST(LxcRegistry, CompatibilityPageIsCurrent) {
    const char* path = "docs/lxc-compat.md";
    const std::string made = with_section(file_text(path), "commands", lxc_compat_page());
    if (getenv("CUBBY_GOLDEN_UPDATE") != nullptr) {
        std::ofstream(std::string(CUBBY_SOURCE_DIR) + "/" + path) << made;
    }
    EXPECT_EQ(file_text(path), made) << "write it anew: this test with CUBBY_GOLDEN_UPDATE=1";
    EXPECT_THAT(made, HasSubstr(lxc_compat_page()));
}

TEST(LxcLine, NameAsOptionOrOperand) {
    EXPECT_EQ(parsed("lxc-start", {"-n", "p1"})->operands(), std::vector<std::string>{"p1"});
    EXPECT_EQ(parsed("lxc-start", {"--name=p1"})->operands(), std::vector<std::string>{"p1"});
    EXPECT_EQ(parsed("lxc-start", {"p1", "-F"})->operands(), std::vector<std::string>{"p1"});
    const auto attach = parsed("lxc-attach", {"-n", "p1", "ls", "-l"});
    EXPECT_EQ(attach->tail(), (std::vector<std::string>{"ls", "-l"}));
    EXPECT_FALSE(parsed("lxc-start", {}));
    EXPECT_FALSE(parsed("lxc-info", {"-n", "p1", "p2"}));
}

TEST(LxcLine, OptionalValues) {
    EXPECT_EQ(*parsed("lxc-attach", {"p1", "-e", "--", "true"})->value("elevated-privileges"), "");
    EXPECT_EQ(*parsed("lxc-attach", {"p1", "-eCAP"})->value("elevated-privileges"), "CAP");
    EXPECT_EQ(*parsed("lxc-attach", {"p1", "--elevated-privileges=CAP|LSM"})->value("elevated-privileges"), "CAP|LSM");
    // The next word is never the value: it is the command's.
    const auto line = parsed("lxc-attach", {"p1", "-e", "true"});
    EXPECT_EQ(*line->value("elevated-privileges"), "");
    EXPECT_EQ(line->tail(), std::vector<std::string>{"true"});
    EXPECT_EQ(*parsed("lxc-ls", {"--nesting"})->value("nesting"), "");
    EXPECT_EQ(*parsed("lxc-ls", {"--nesting=3"})->value("nesting"), "3");
    EXPECT_TRUE(parsed("lxc-ls", {"-1"})->has("line"));
}

TEST(LxcLine, WholeWordsOnly) {
    EXPECT_FALSE(parsed("lxc-destroy", {"p1", "--forc"}));
    EXPECT_FALSE(parsed("lxc-snapshot", {"p1", "--destr", "ALL"}));
    EXPECT_FALSE(parsed("lxc-stop", {"p1", "--ki"}));
}

TEST(LxcLine, OwnRcfileBeforeTheSharedOne) {
    EXPECT_EQ(*parsed("lxc-start", {"p1", "-f", "a", "--rcfile", "b"})->value("rcfile"), "b");
    EXPECT_EQ(*parsed("lxc-stop", {"p1", "--rcfile=b"})->value("rcfile"), "b");
}

TEST(LxcLog, Levels) {
    EXPECT_EQ(parse_log_level("DEBUG"), LogLevel::debug);
    EXPECT_EQ(parse_log_level("fatal"), LogLevel::fatal);
    EXPECT_EQ(parse_log_level("DEB"), std::nullopt);
    EXPECT_EQ(parse_log_level(""), std::nullopt);
}

std::vector<ListedContainer> named(const std::vector<std::string>& names) {
    std::vector<ListedContainer> out;
    for (const std::string& name : names) {
        ListedContainer one;
        one.summary.name = name;
        one.summary.defined = false;
        out.push_back(one);
    }
    return out;
}

TEST(LxcListing, Plain) {
    const auto three = named({"a", "longer", "mid"});
    EXPECT_EQ(plain_listing(three, 1), "a\nlonger\nmid\n");
    EXPECT_EQ(plain_listing(three, 0), "a     \nlonger\nmid   \n");
    EXPECT_EQ(plain_listing(three, 16), "a       longer  \nmid     \n");
    EXPECT_EQ(plain_listing(three, 3), "a     \nlonger\nmid   \n");
    EXPECT_EQ(plain_listing({}, 80), "");
    EXPECT_EQ(plain_listing(named({"p1"}), 0), "p1  \n");
}

TEST(LxcListing, Fancy) {
    EXPECT_EQ(*fancy_listing(named({"a", "bcdef"}), "NAME,STATE,RAM"),
              "NAME  STATE   RAM \na     STOPPED -   \nbcdef STOPPED -   \n");
    EXPECT_EQ(*fancy_listing({}, "NAME"), "");
    EXPECT_EQ(fancy_listing({}, "NAME,NAM").error().message(), std::string("Invalid key: NAM"));
}

TEST(LxcSelection, Patterns) {
    const auto pattern = NamePattern::parse("^a.*");
    ASSERT_TRUE(pattern);
    EXPECT_TRUE(pattern->matches("abc"));
    EXPECT_FALSE(pattern->matches("ba"));
    EXPECT_FALSE(NamePattern::parse("("));
}

}  // namespace
}  // namespace cubby::cli
