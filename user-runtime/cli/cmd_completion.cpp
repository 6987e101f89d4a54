#include "base/parse.h"
#include "cli/completion.h"
#include "cli/context.h"
#include "cli/registry.h"

namespace cubby::cli {
namespace {

constexpr Verb kVerbs[] = {
    {"bash", {}, "for bash: source <(cubby completion bash)"},
    {"zsh", {}, "for zsh: source <(cubby completion zsh), after compinit"},
    {"fish", {}, "for fish: cubby completion fish | source"},
    {"commands", {}, "the names of all commands, one a line"},
};

constexpr Example kExamples[] = {
    {"cubby completion bash > ~/cubby.bash", "write it to a file, to be sourced from ~/.bashrc"},
    {"rm ~/cubby.bash", "remove it"},
};

std::string command_names() {
    std::string out;
    for (const Command* command : completed_commands()) {
        for (const std::string& name : all_names(*command)) {
            out += name + "\n";
        }
    }
    return out;
}

Result<int> run_completion(const Context& context) {
    const std::string_view shell = TRY(chosen_verb(context.command, context.line))->name;
    TRY(print(shell == "bash"   ? bash_completion()
              : shell == "zsh"  ? zsh_completion()
              : shell == "fish" ? fish_completion()
                                : command_names()));
    return kOk;
}

}  // namespace

extern const Command kCompletion;
constinit const Command kCompletion{
    .name = "completion",
    .group = Group::self,
    .summary = "Print the completion for a shell",
    .description =
        "Completes commands, options, and the names of containers, images and configuration keys. Packages "
        "install it where the shells look for it; this is for a tree of your own.",
    .operands = {.synopsis = "bash|zsh|fish|commands", .least = 1, .most = 1},
    .verbs = kVerbs,
    .examples = kExamples,
    .run = run_completion,
};

}  // namespace cubby::cli
