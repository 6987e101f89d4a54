#include "cli/grammar.h"
#include "cli/option_rows.h"
#include "cli/requests.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 't',
     .name = "timeout",
     .value = "SECONDS",
     .text = "how long to wait before everything in it is killed (default: 60)"},
    {.letter = 'k', .name = "kill", .text = "kill everything in it at once"},
    {.letter = 'r', .name = "reboot", .text = "ask it to start again"},
    kNameOption,
};

constexpr Example kExamples[] = {
    {"cubby create demo && cubby start demo", "a running container"},
    {"cubby stop -t 5 demo", "stop it, in five seconds at the latest"},
    {"cubby destroy demo", "remove it"},
};

constexpr ExitRow kExits[] = {
    {kWrongState, "it did not run"},
    {kTimeout, "it was killed, but a process of it waits in the kernel"},
};

Status stop_one(const Context& context, const Places& places, const StopOptions& options, const ContainerName& name) {
    const StopRequest request{
        .name = name, .timeout_s = options.timeout_s, .kill = options.kill, .reboot = options.reboot};
    if (!TRY(stop(places, request))) {
        return FAIL(Code::wrong_state, "stop %s: it is not running; cubby ls shows which are", name.c_str());
    }
    if (options.reboot && context.err.tty) {
        context.note(name.str() + " was asked to start again");
    }
    return {};
}

Result<int> run_stop(const Context& context) {
    const StopOptions options = TRY(stop_options(context));
    const Places places = TRY(context.places());
    return for_each_name(context, [&](const ContainerName& name) { return stop_one(context, places, options, name); });
}

}  // namespace

Result<StopOptions> stop_options(const Context& context) {
    const Parsed& line = context.line;
    StopOptions options{.kill = line.has("kill"), .reboot = line.has("reboot")};
    if (options.kill && options.reboot) {
        return FAIL(Code::usage, "options -k and -r exclude each other");
    }
    if (const std::string* seconds = line.value("timeout")) {
        options.timeout_s = TRY(parse_seconds(*seconds, false));
    }
    return options;
}

extern const Command kStop;
constinit const Command kStop{
    .name = "stop",
    .group = Group::running,
    .summary = "Stop running containers",
    .description =
        "Sends the configured halt signal to the container's init, and kills everything in the container "
        "when it has not ended in time. This never waits for ever. Several containers are stopped one "
        "after the other.",
    .operands = {.synopsis = "NAME...", .least = 1, .most = kMany, .complete = Complete::container},
    .options = kOptions,
    .examples = kExamples,
    .exits = kExits,
    .run = run_stop,
};

}  // namespace cubby::cli
