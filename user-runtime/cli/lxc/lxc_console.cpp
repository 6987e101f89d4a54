#include "base/parse.h"
#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr int64_t kMostTtys = 1024;

constexpr Option kOptions[] = {
    {.letter = 't',
     .name = "tty",
     .value = "NUMBER",
     .text =
         "0: the console; from 1: a terminal beside it (lxc.tty.max); -1: the first of those that is free, the console "
         "where there are none (the default)"},
    {.letter = 'e',
     .name = "escape",
     .value = "PREFIX",
     .text = "leave by this control letter, then q: ^a (the default) or a"},
};

constexpr OptionStanding kStandings[] = {
    {"tty", Standing::works, ""},
};

constexpr Example kExamples[] = {
    {"cubby lxc-create demo -t busybox && cubby lxc-start demo", "a running container"},
    {"cubby lxc-console demo", "its console; Ctrl-a q leaves it"},
    {"cubby lxc-destroy -f demo", "remove it; cubby destroy -f demo is the same"},
};

Result<int> run_console(const Context& context) {
    const ContainerName name = TRY(context.name());
    const int64_t tty = TRY(parse_signed(context.line.value_or("tty", "-1"), -1, kMostTtys, "-t"));
    const char letter = TRY(parse_escape(context.line.value_or("escape", "a")));
    const Places places = TRY(context.places());
    if (const auto found = inspect(places, name); !found || found->summary.state == State::stopped) {
        return FAIL(Code::wrong_state, "%s is not running", name.c_str());
    }
    const bool announced = !context.quiet && context.err.tty;
    const auto announce = [letter](int joined) {
        const std::string key(1, letter);
        complain("Connected to tty " + std::to_string(joined));
        complain("Type <Ctrl+" + key + " q> to exit the console, <Ctrl+" + key + " Ctrl+" + key + "> to enter Ctrl+" +
                 key + " itself");
    };
    TRY(console(places, name, {static_cast<int>(tty), letter, announced ? announce : std::function<void(int)>()}));
    return kOk;
}

}  // namespace

extern const LxcCommand kLxcConsole;
constinit const LxcCommand kLxcConsole{
    .command = {.name = "lxc-console",
                .whole = &kLxcFamily,
                .group = Group::running,
                .summary = "Join a container's console or a terminal of it",
                .description =
                    "Connects this terminal with the container's console, or with one of the terminals beside it.",
                .operands = kOneContainer,
                .options = kOptions,
                .examples = kExamples,
                .gives = Gives::lxc_status,
                .run = run_console},
    .test = "tests/integration/test_lxc_life.py Life.test_console",
    .options = kStandings,
};

}  // namespace cubby::cli
