// Over all rows: what must follow from each of them.

#include "cli/registry.h"

#include <set>

#include "base/parse.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/lxc/registry.h"
#include "cli/man.h"
#include "cli/terminal.h"
#include "tests/unit/cli/words.h"

namespace cubby::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(CliRegistry, NamesAreUnique) {
    std::set<std::string> names;
    for (const Command* command : commands()) {
        for (const std::string& name : all_names(*command)) {
            EXPECT_TRUE(names.insert(name).second) << name;
            EXPECT_EQ(find_command(name), command);
        }
    }
    EXPECT_EQ(find_command("nothing"), nullptr);
    EXPECT_EQ(find_command(""), nullptr);
}

TEST(CliRegistry, HasTheCommandsOfTheManual) {
    for (const char* name :
         {"create",  "start",  "run",    "attach",     "exec",    "shell",   "console", "stop", "ls",
          "ps",      "info",   "wait",   "logs",       "destroy", "rm",      "rename",  "plan", "doctor",
          "unshare", "config", "images", "completion", "man",     "version", "help"}) {
        EXPECT_NE(find_command(name), nullptr) << name;
    }
}

TEST(CliRegistry, RowsAreWhole) {
    for (const Command* command : commands()) {
        EXPECT_NE(command->run, nullptr) << command->name;
        EXPECT_FALSE(std::string_view(command->summary).ends_with('.')) << command->name;
        EXPECT_LE(width(command->summary), 64U) << command->name;
        EXPECT_TRUE(std::string_view(command->description).ends_with('.') ||
                    std::string_view(command->description).find('\n') != std::string_view::npos)
            << command->name;
        ASSERT_FALSE(command->examples.empty()) << command->name;
        std::set<std::string> options;
        std::set<char> letters;
        for (const Option& option : command->options) {
            EXPECT_TRUE(options.insert(option.name).second) << command->name << " --" << option.name;
            EXPECT_TRUE(option.letter == 0 || letters.insert(option.letter).second)
                << command->name << " -" << option.letter;
            EXPECT_TRUE(option.words == nullptr || option.value != nullptr) << option.name;
            for (const Option& shared : program().options) {
                EXPECT_STRNE(option.name, shared.name) << command->name;
            }
        }
        const bool has_json = options.contains("json");
        EXPECT_EQ(has_json, !command->json.empty()) << command->name;
    }
}

TEST(CliRegistry, ExamplesUseTheCommandAndLeaveNothing) {
    for (const Command* command : commands()) {
        std::string session;
        for (const Example& example : command->examples) {
            session.append(example.line).append("\n");
        }
        bool used = false;
        for (const std::string& name : all_names(*command)) {
            used = used || session.find("cubby " + name) != std::string::npos;
        }
        EXPECT_TRUE(used) << command->name;
        EXPECT_EQ(session.find("cubby create") != std::string::npos, session.find("cubby destroy") != std::string::npos)
            << session;
    }
}

TEST(CliNearest, CommandIsFound) {
    EXPECT_EQ(nearest_command("strat"), "start");
    EXPECT_EQ(nearest_command("destory"), "destroy");
    EXPECT_EQ(nearest_command("attch"), "attach");
    EXPECT_EQ(nearest_command("conso"), "console");
    EXPECT_EQ(nearest_command("frobnicate"), "");
    EXPECT_EQ(nearest_command(""), "");
}

TEST(CliHelp, FitsEightyColumnsAndShowsEverything) {
    for (const Command* command : commands()) {
        const std::string text = help_text(*command);
        EXPECT_THAT(text, StartsWith(std::string("Usage: cubby ") + command->name));
        for (const std::string_view line : split_words(text, "\n")) {
            // Examples are one shell line each, and some forms of options are long.
            EXPECT_LE(width(line), 100U) << line;
        }
        for (const Option& option : command->options) {
            EXPECT_THAT(text, HasSubstr(std::string("--") + option.name));
        }
        for (const Example& example : command->examples) {
            EXPECT_THAT(text, HasSubstr(std::string("\n  ") + example.line + "\n"));
        }
        EXPECT_THAT(text, HasSubstr("Exit status:"));
        EXPECT_THAT(help_text(), HasSubstr(std::string("\n  ") + command->name));
    }
}

TEST(CliHelp, LeavesOutLettersThatMeanSomethingElse) {
    EXPECT_THAT(help_text(*find_command("ls")), HasSubstr("      --quiet"));
    EXPECT_THAT(help_text(*find_command("start")), HasSubstr("  -q, --quiet"));
}

TEST(CliExitRows, OwnMeaningsReplaceTheUsualOnes) {
    const auto rows = exit_rows_of(*find_command("destroy"));
    std::set<int> codes;
    for (const ExitRow& row : rows) {
        EXPECT_TRUE(codes.insert(row.code).second) << row.code;
        if (row.code == kWrongState) {
            EXPECT_STREQ(row.meaning, "it runs; -f stops it first");
        }
    }
    EXPECT_TRUE(codes.contains(kNotFound));
    EXPECT_FALSE(codes.contains(kOwnFailure));
}

TEST(CliCompletion, KnowsEveryCommandAndOption) {
    for (const std::string& script : {bash_completion(), zsh_completion(), fish_completion()}) {
        for (const Command* command : commands()) {
            for (const std::string& name : all_names(*command)) {
                EXPECT_THAT(script, HasSubstr(name));
            }
            for (const Option& option : command->options) {
                EXPECT_THAT(script, HasSubstr(option.name));
            }
            for (const Verb& verb : command->verbs) {
                EXPECT_THAT(script, HasSubstr(verb.name));
            }
        }
    }
    EXPECT_THAT(fish_completion(), HasSubstr("complete -c cubby -n '__cubby_in start' -s F -l foreground -d "));
    EXPECT_THAT(bash_completion(), HasSubstr("create' --backing' | create' -B') echo 'words:overlay dir' ;;"));
    EXPECT_THAT(zsh_completion(), HasSubstr("'(-B --backing)'{-B,--backing}'["));
}

TEST(CliCompletion, OffersContainersWhereTheyAreNamed) {
    const auto offers = operand_offers(*find_command("destroy"));
    ASSERT_EQ(offers.size(), 1U);
    EXPECT_TRUE(offers[0].rest);
    EXPECT_EQ(offers[0].complete, Complete::container);
    const auto config = operand_offers(*find_command("config"));
    EXPECT_GE(config.size(), 5U);
    EXPECT_STREQ(shell_word("it's").c_str(), "'it'\\''s'");
}

TEST(CliManualPages, AreOneACommandAndTwo) {
    const auto pages = manual_pages();
    std::set<std::string> files;
    for (const ManualPage& page : pages) {
        EXPECT_TRUE(files.insert(page.file).second) << page.file;
        EXPECT_THAT(page.roff, HasSubstr("\n.TH "));
        EXPECT_THAT(page.roff, HasSubstr("\n.SH NAME\n"));
        EXPECT_TRUE(page.roff.ends_with('\n')) << page.file;
        for (const std::string_view line : split_words(page.roff, "\n")) {
            const bool request = line.starts_with('.') || line.starts_with('\'');
            const bool known = line.starts_with(".\\\" ") || line.starts_with(".TH ") || line.starts_with(".SH ") ||
                               line.starts_with(".SS ") || line.starts_with(".B ") || line.starts_with(".BR ") ||
                               line == ".TP" || line == ".PP" || line == ".br" || line == ".nf" || line == ".fi";
            EXPECT_TRUE(!request || known) << page.file << ": " << line;
        }
    }
    EXPECT_EQ(pages.size(), commands().size() + lxc_commands().size() + 2);
    EXPECT_TRUE(files.contains("cubby.1") && files.contains("cubby-run.1") && files.contains("cubby-config-keys.5"));
}

TEST(CliManualPages, NameEveryOptionAndExample) {
    for (const Command* command : commands()) {
        const std::string roff = command_page(*command).roff;
        for (const Option& option : command->options) {
            EXPECT_THAT(roff, HasSubstr("\\-\\-" + roff_text(option.name)));
        }
        for (const Example& example : command->examples) {
            EXPECT_THAT(roff, HasSubstr(roff_text(example.line)));
        }
    }
}

TEST(CliManualPages, EscapeWhatRoffUnderstands) {
    EXPECT_EQ(roff_text(".B x"), "\\&.B x");
    EXPECT_EQ(roff_text("a.b\n'c"), "a.b\n\\&'c");
    EXPECT_EQ(roff_text("a\\b-c"), "a\\eb\\-c");
    EXPECT_EQ(roff_text("it's ~ ^ `"), "it\\(aqs \\(ti \\(ha \\(ga");
}

}  // namespace
}  // namespace cubby::cli
