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
    const Places places = TRY(context.places());
    if (context.err.tty) {
        context.note(std::string("leave the console by Ctrl-") + letter + " q");
    }
    TRY(console(places, name, letter));
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
