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
     .text = "0: the console; -1: the first terminal that is free, which is the console here (the default)"},
    {.letter = 'e',
     .name = "escape",
     .value = "PREFIX",
     .text = "leave by this control letter, then q: ^a (the default) or a"},
};

constexpr OptionStanding kStandings[] = {
    {"tty", Standing::works, "0 and -1; a container has a console and no further terminals"},
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
    if (tty > 0) {
        return FAIL(Code::unsupported, "-t %d: a container has a console (-t 0) and no further terminals yet",
                    static_cast<int>(tty));
    }
    if (!context.quiet && context.err.tty) {
        const std::string key(1, letter);
        complain("Connected to tty 0");
        complain("Type <Ctrl+" + key + " q> to exit the console, <Ctrl+" + key + " Ctrl+" + key + "> to enter Ctrl+" +
                 key + " itself");
    }
    TRY(console(places, name, letter));
    return kOk;
}

}  // namespace

extern const LxcCommand kLxcConsole;
constinit const LxcCommand kLxcConsole{
    .command = {.name = "lxc-console",
                .whole = &kLxcFamily,
                .group = Group::running,
                .summary = "Join a container's console",
                .description = "Connects this terminal with the container's console.",
                .operands = kOneContainer,
                .options = kOptions,
                .examples = kExamples,
                .gives = Gives::lxc_status,
                .run = run_console},
    .test = "tests/integration/test_lxc_life.py Life.test_console",
    .options = kStandings,
};

}  // namespace cubby::cli
