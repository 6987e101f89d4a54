#include "base/parse.h"
#include "cli/context.h"
#include "cli/help.h"
#include "cli/lxc/registry.h"
#include "cli/nearest.h"
#include "cli/registry.h"

namespace cubby::cli {
namespace {

constexpr Example kExamples[] = {
    {"cubby help", "all commands"},
    {"cubby help run", "one of them; cubby run --help is the same"},
    {"cubby help lxc", "the commands of LXC"},
};

Result<int> run_help(const Context& context) {
    if (context.line.operands().empty()) {
        TRY(print(help_text()));
        return kOk;
    }
    const std::string& word = context.line.operands().front();
    if (word == "lxc") {
        TRY(print(lxc_help_text()));
        return kOk;
    }
    const LxcCommand* lxc = find_lxc_command(word);
    const Command* command = lxc != nullptr ? &lxc->command : find_command(word);
    if (command == nullptr) {
        return FAIL(Code::usage, "no command '%.60s'%s", printable(word).c_str(),
                    advice(nearest_command(word), "cubby help lists them").c_str());
    }
    TRY(print(help_text(*command)));
    return kOk;
}

}  // namespace

extern const Command kHelp;
constinit const Command kHelp{
    .name = "help",
    .group = Group::self,
    .summary = "Show help for cubby or a command",
    .description =
        "Lists the commands, or tells all about one; lxc lists those of LXC, which cubby has under their own names.",
    .operands = {.synopsis = "[COMMAND|lxc]", .most = 1, .complete = Complete::command},
    .examples = kExamples,
    .run = run_help,
};

}  // namespace cubby::cli
