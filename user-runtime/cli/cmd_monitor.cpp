#include "cli/lxc/selection.h"
#include "cli/option_rows.h"
#include "container/watch.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "json", .text = "print one JSON object a line instead"},
};

constexpr Example kExamples[] = {
    {"timeout 1 cubby monitor", "one second of what happens to all of your containers"},
};

constexpr JsonKey kJson[] = {
    {"name", "the container's name"},
    {"state", "the state that it is in now"},
    {"exit_status", "with STOPPED: how its first process ended, as a shell shows it, or null"},
};

std::string json_line(const StateChange& change) {
    const std::string status = change.exit_status ? std::to_string(*change.exit_status) : "null";
    // A name and a state need no quoting (base/names.h).
    return R"({"name": ")" + change.name + R"(", "state": ")" + state_name(change.state) + R"(", "exit_status": )" +
           status + "}\n";
}

std::string text_line(const StateChange& change) {
    const std::string status = change.exit_status ? " (exit status " + std::to_string(*change.exit_status) + ")" : "";
    return change.name + " " + state_name(change.state) + status + "\n";
}

Result<int> run_monitor(const Context& context) {
    const std::string text = context.line.operands().empty() ? ".*" : context.line.operands().front();
    const NamePattern pattern = TRY(NamePattern::parse("^(" + text + ")$"));
    const bool json = context.line.has("json");
    const std::vector<Places> places{TRY(context.places())};
    TRY(watch_states(places, {[&](const std::string& name) { return pattern.matches(name); },
                              [&](const StateChange& change) {
                                  return print(json ? json_line(change) : text_line(change)).has_value();
                              }}));
    return kOk;
}

}  // namespace

extern const Command kMonitor;
constinit const Command kMonitor{
    .name = "monitor",
    .group = Group::looking,
    .summary = "Print changes of containers' states",
    .description =
        "Prints a line for each change of state of the containers whose names match a regular expression, until it "
        "is interrupted. Each run is told of, however short; where its output is read so late that a container was started "
        "again meanwhile, the earlier run's exit status is not known any more.",
    .operands = {.synopsis = "[REGEX]", .most = 1},
    .options = kOptions,
    .examples = kExamples,
    .json = kJson,
    .run = run_monitor,
};

}  // namespace cubby::cli
