#include "cli/lxc/options.h"
#include "cli/lxc/row.h"
#include "cli/lxc/selection.h"
#include "container/watch.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'Q', .name = "quit", .text = "nothing: there is no lxc-monitord that could be told to end"},
};

constexpr OptionStanding kStandings[] = {
    {"quit", Standing::accepted, "there is no lxc-monitord"},
};

constexpr Example kExamples[] = {
    {"timeout 1 cubby lxc-monitor", "one second of what happens to all of your containers"},
};

bool tell(const StateChange& change) {
    std::string text = "'" + change.name + "' changed state to [" + state_name(change.state) + "]\n";
    if (change.exit_status) {
        text = "'" + change.name + "' exited with status [" + std::to_string(*change.exit_status) + "]\n" + text;
    }
    return print(text).has_value();
}

Result<int> run_monitor(const Context& context) {
    if (context.line.has("quit")) {
        return kOk;
    }
    // As LXC: the whole name has to match.
    const std::string text = context.line.operands().empty() ? ".*" : context.line.operands().front();
    const NamePattern pattern = TRY(NamePattern::parse("^(" + text + ")$"));
    const auto places = TRY(places_of(context));
    TRY(watch_states(places, {[&](const std::string& name) { return pattern.matches(name); }, tell}));
    return kOk;
}

}  // namespace

extern const LxcCommand kLxcMonitor;
constinit const LxcCommand kLxcMonitor{
    .command = {.name = "lxc-monitor",
                .whole = &kLxcFamily,
                .group = Group::looking,
                .summary = "Print changes of containers' states",
                .description =
                    "Prints a line for each change of state of the containers whose names match, until it is "
                    "interrupted.",
                .operands = {.synopsis = "[REGEX]", .most = 1},
                .options = kOptions,
                .examples = kExamples,
                .gives = Gives::lxc_status,
                .run = run_monitor},
    .note =
        "no lxc-monitord: monitors tell whoever is connected. A container that ends by itself goes from RUNNING to "
        "STOPPED, without STOPPING",
    .test = "tests/integration/test_lxc_more.py Monitor.test_texts",
    .options = kStandings,
};

}  // namespace cubby::cli
