#include <cstdlib>

#include "cli/context.h"

namespace cubby::cli {
namespace {

constexpr Example kExamples[] = {
    {"cubby unshare id", "you are root there, and your subordinate ids are users"},
    {"cubby create demo && cubby unshare ls -ln ~/.local/share/lxc/demo",
     "a container's files, with the ids that they have there"},
    {"cubby destroy demo", "remove it"},
};

Result<int> run_unshare(const Context& context) {
    std::vector<std::string> argv = context.line.tail();
    if (argv.empty()) {
        const char* shell = getenv("SHELL");
        argv.emplace_back(shell != nullptr && *shell == '/' ? shell : "/bin/sh");
    }
    auto status = unshare(TRY(context.places()), argv);
    if (!status && status.error().code == Code::not_found) {
        report(status.error());
        return kCommandNotFound;
    }
    return status;
}

}  // namespace

extern const Command kUnshare;
constinit const Command kUnshare{
    .name = "unshare",
    .group = Group::host,
    .summary = "Run a command in your id-mapped namespace",
    .description =
        "Runs a command, or your shell, as root of the user namespace that all your containers belong to. "
        "There you may look at, change and remove the files of your containers whose owners are "
        "subordinate ids. It is no container: the command sees this host's files and processes.",
    .operands = {.synopsis = "[COMMAND...]", .tail = Tail::command, .complete = Complete::program},
    .examples = kExamples,
    .gives = Gives::command_status,
    .run = run_unshare,
};

}  // namespace cubby::cli
