// Exit codes, nearest words, and whole command lines that fail before anything is done.

#include "cli/exit_code.h"

#include "cli/cli.h"
#include "cli/context.h"
#include "cli/nearest.h"
#include "plan/phase.h"
#include "tests/unit/cli/words.h"

namespace cubby::cli {
namespace {

using ::testing::HasSubstr;

TEST(CliExitCodes, FollowTheCode) {
    const std::pair<Code, int> expected[] = {
        {Code::usage, 2},        {Code::not_found, 3}, {Code::exists, 4}, {Code::wrong_state, 4},
        {Code::unsupported, 69}, {Code::timeout, 124}, {Code::denied, 1}, {Code::invalid_config, 1},
        {Code::no_space, 1},     {Code::broken, 1},    {Code::busy, 1},   {Code::child_failed, 1},
        {Code::system, 1},       {Code::none, 0},
    };
    for (const auto& [code, exit] : expected) {
        EXPECT_EQ(exit_code(make_error(code, "x"), Gives::own_status), exit) << static_cast<int>(code);
    }
}

TEST(CliExitCodes, OfCommandsThatRunCommands) {
    for (const Code code : {Code::not_found, Code::exists, Code::wrong_state, Code::unsupported, Code::timeout,
                            Code::denied, Code::system}) {
        EXPECT_EQ(exit_code(make_error(code, "x"), Gives::command_status), kOwnFailure);
    }
    EXPECT_EQ(exit_code(make_error(Code::usage, "x"), Gives::command_status), kUsage);
}

TEST(CliExitCodes, OfAnExecThatFailed) {
    Error error = sys_error(ENOENT, "run nothing");
    EXPECT_EQ(exit_code(error, Gives::command_status), kOwnFailure);  // some other file
    error.phase = static_cast<uint8_t>(Phase::child_exec) + 1;
    EXPECT_EQ(exit_code(error, Gives::command_status), kCommandNotFound);
    EXPECT_EQ(exit_code(error, Gives::own_status), kNotFound);
    error.sys_errno = EACCES;
    EXPECT_EQ(exit_code(error, Gives::command_status), kCannotRun);
    error.sys_errno = ENOEXEC;
    EXPECT_EQ(exit_code(error, Gives::command_status), kCannotRun);
}

TEST(CliErrors, AreDescribedOnce) {
    const auto text = [](const char* inner, const char* verb, const char* object) {
        return std::string(described(make_error(Code::system, "%s", inner), verb, object).text);
    };
    EXPECT_EQ(text("start p1: mount: denied", "start", "p1"), "start p1: mount: denied");
    EXPECT_EQ(text("no container p1", "start", "p1"), "start: no container p1");
    EXPECT_EQ(text("disk full", "start", "p1"), "start p1: disk full");
    EXPECT_EQ(text("disk full", "doctor", ""), "doctor: disk full");
    EXPECT_EQ(text("started", "start", ""), "start: started");
}

TEST(CliNearest, IsNotFarFetched) {
    const std::string_view words[] = {"ls", "run", "rm", "rename"};
    EXPECT_EQ(nearest("rum", words), "run");
    EXPECT_EQ(nearest("lss", words), "ls");
    EXPECT_EQ(nearest("x", words), "");
    EXPECT_EQ(nearest("zz", words), "");
    EXPECT_EQ(nearest("renam", words), "rename");
    EXPECT_EQ(nearest("rena", words), "rename");
    EXPECT_EQ(nearest(std::string(1000, 'r'), words), "");
    EXPECT_EQ(advice("run", "see help"), "; did you mean 'run'? see help");
    EXPECT_EQ(advice("", "see help"), "; see help");
}

// The status, with what was printed on standard error.
std::pair<int, std::string> refused(const std::vector<std::string>& words) {
    ::testing::internal::CaptureStderr();
    const int status = run_command_line("cubby", words);
    return {status, ::testing::internal::GetCapturedStderr()};
}

TEST(CliCommandLines, AreRefusedInOneLine) {
    const struct {
        std::vector<std::string> words;
        const char* says;
    } cases[] = {
        {{}, "cubby: no command is given; cubby help lists them\n"},
        {{"strat"}, "cubby: unknown command 'strat'; did you mean 'start'? cubby help lists them\n"},
        {{"\x1b[2J"}, "cubby: unknown command '\\x1b[2J'; cubby help lists them\n"},
        {{"--bogus"}, "cubby: unknown option '--bogus'; cubby help tells more\n"},
        {{"-P"}, "cubby: option -P, --lxcpath needs a value (PATH); cubby help tells more\n"},
        {{"ls", "--bogus"}, "cubby: ls: unknown option '--bogus'; cubby help ls tells more\n"},
        {{"exec"}, "cubby: attach: NAME is missing; usage: cubby attach [OPTIONS] NAME [COMMAND...]\n"},
        {{"help", "strt"}, "cubby: help: no command 'strt'; did you mean 'start'? cubby help lists them\n"},
        {{"man", "nothing"}, "cubby: man: no command 'nothing'; cubby help lists them\n"},
        {{"wait", "-t", "x", "p1"}, "cubby: wait p1: seconds: 'x' is not a whole number in range\n"},
        {{"console", "-e", "1", "p1"},
         "cubby: console p1: escape '1': write a letter, or ^ and a letter, such as ^a\n"},
        {{"config", "edit", "a/b"},
         "cubby: config: 'a/b' is not a container name: use 1 to 64 letters, digits, '_', '.' or '-', not "
         "beginning with '.' or '-'\n"},
    };
    for (const auto& [words, says] : cases) {
        const auto [status, text] = refused(words);
        EXPECT_EQ(status, kUsage) << says;
        EXPECT_EQ(text, says);
    }
}

TEST(CliCommandLines, HelpNeedsNoOperands) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"create", "--help"},
                                                  {"create", "-h"},
                                                  {"--help", "create"},
                                                  {"help", "create"},
                                                  {"-q", "create", "-h"}}) {
        ::testing::internal::CaptureStdout();
        EXPECT_EQ(run_command_line("cubby", words), kOk);
        EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr("Usage: cubby create"));
    }
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(run_command_line("cubby", {"--version"}), kOk);
    EXPECT_THAT(::testing::internal::GetCapturedStdout(), ::testing::StartsWith("cubby "));
}

}  // namespace
}  // namespace cubby::cli
