#include "base/parse.h"
#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 's',
     .name = "state",
     .value = "STATES",
     .text = "STOPPED, STARTING, RUNNING, STOPPING, ABORTING, FREEZING, FROZEN or THAWED, with | between several"},
    {.letter = 't', .name = "timeout", .value = "SECONDS", .text = "give up after that long; -1: never (the default)"},
};

constexpr Example kExamples[] = {
    {"cubby lxc-create demo -t busybox && cubby lxc-start demo", "a running container"},
    {"cubby lxc-wait demo -s RUNNING -t 0", "0 when it runs now, else 1; cubby wait does the same"},
    {"cubby lxc-destroy -f demo", "remove it; cubby destroy -f demo is the same"},
};

constexpr ExitRow kExits[] = {{kFailure, "the time was over, or the command line is wrong"}};

Result<int> run_wait(const Context& context) {
    const std::string* states = context.line.value("state");
    if (states == nullptr) {
        return FAIL(Code::usage, "could not parse command line: -s STATES is missing");
    }
    const auto wanted = parse_states(*states);
    if (!wanted) {
        return FAIL(Code::usage, "invalid state '%.60s'", printable(*states).c_str());
    }
    const int seconds = TRY(parse_seconds(context.line.value_or("timeout", "-1"), true));
    return TRY(wait(TRY(context.places()), TRY(context.name()), *wanted, seconds)) ? kOk : kFailure;
}

}  // namespace

extern const LxcCommand kLxcWait;
constinit const LxcCommand kLxcWait{
    .command = {.name = "lxc-wait",
                .whole = &kLxcFamily,
                .group = Group::looking,
                .summary = "Wait for a state of a container",
                .description = "Ends when the container is in one of the states.",
                .operands = kOneContainer,
                .options = kOptions,
                .examples = kExamples,
                .exits = kExits,
                .gives = Gives::lxc_status,
                .run = run_wait},
    .note = "-t 0 does not wait; lxc-wait 5.0.2 waits for ever there",
    .test = "tests/integration/test_lxc_life.py Life.test_wait",
};

}  // namespace cubby::cli
