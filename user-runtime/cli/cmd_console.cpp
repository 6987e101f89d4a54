#include "base/parse.h"
#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/option_rows.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'e',
     .name = "escape",
     .value = "LETTER",
     .text = "leave by Ctrl and this letter, then q (default: a, also written ^a)"},
    {.letter = 't',
     .name = "tty",
     .value = "NUMBER",
     .text =
         "a terminal beside the console (lxc.tty.max), from 1; -1: the first that is free (default: 0, the console)"},
    kNameOption,
};

constexpr Example kExamples[] = {
    {"cubby create demo && cubby start demo", "a running container"},
    {"cubby console demo", "its console; Ctrl-a q leaves it"},
    {"cubby destroy -f demo", "stop and remove it"},
};

constexpr ExitRow kExits[] = {{kWrongState, "it does not run"}};

Result<int> run_console(const Context& context) {
    const ContainerName name = TRY(context.name());
    const char letter = TRY(parse_escape(context.line.value_or("escape", "a")));
    const int64_t tty = TRY(parse_signed(context.line.value_or("tty", "0"), -1, INT32_MAX, "--tty"));
    const Places places = TRY(context.places());
    if (context.err.tty) {
        context.note(std::string("leave the console by Ctrl-") + letter + " q");
    }
    TRY(console(places, name, {static_cast<int>(tty), letter}));
    return kOk;
}

}  // namespace

extern const Command kConsole;
constinit const Command kConsole{
    .name = "console",
    .group = Group::running,
    .summary = "Join the console of a running container",
    .description =
        "Connects this terminal with the container's console, where its init and its getty write. Leaving "
        "the console leaves the container as it is.",
    .operands = {.synopsis = "NAME", .least = 1, .most = 1, .complete = Complete::container},
    .options = kOptions,
    .examples = kExamples,
    .exits = kExits,
    .run = run_console,
};

}  // namespace cubby::cli
