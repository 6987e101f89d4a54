#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/lxc/log.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr int kNotRunning = 2;
constexpr int kKillLater = 60;

constexpr Option kOptions[] = {
    {.letter = 'r', .name = "reboot", .text = "ask it to start anew"},
    {.letter = 'W', .name = "nowait", .text = "do not wait for its end, and kill nothing"},
    {.letter = 't',
     .name = "timeout",
     .value = "SECONDS",
     .text = "kill it when it has not ended by then (default: 60)"},
    {.letter = 'k', .name = "kill", .text = "kill it at once"},
    {.name = "nolock", .text = "nothing: a container whose monitor hangs is stopped with -k"},
    {.name = "nokill", .text = "only ask it, and fail when it has not ended in time"},
};

constexpr OptionStanding kStandings[] = {
    {"nolock", Standing::accepted, "there is no lock that a stop would wait for"},
};

constexpr Example kExamples[] = {
    {"cubby lxc-create demo -t busybox && cubby lxc-start demo", "a running container"},
    {"cubby lxc-stop demo && cubby lxc-destroy demo", "stop and remove it; cubby destroy -f demo is the same"},
};

constexpr ExitRow kExits[] = {{kNotRunning, "it was not running"}};

Result<int> not_running(const Context& context, const ContainerName& name) {
    lxc_error(context, name.str() + " is not running");
    return kNotRunning;
}

Result<int> run_stop(const Context& context) {
    const Places places = TRY(context.places());
    StopRequest request{
        .name = TRY(context.name()), .kill = context.line.has("kill"), .reboot = context.line.has("reboot")};
    request.no_kill = context.line.has("nokill") || context.line.has("nowait");
    request.timeout_s = TRY(parse_seconds(context.line.value_or("timeout", std::to_string(kKillLater)), true));
    if (request.kill && (request.reboot || context.line.has("nokill"))) {
        return FAIL(Code::usage, "-k excludes -r and --nokill");
    }
    if (context.line.has("nowait")) {
        request.timeout_s = 0;
    }
    const auto stopped = stop(places, request);
    if (!stopped && stopped.error().code == Code::not_found) {
        return not_running(context, request.name);
    }
    if (!stopped && stopped.error().code == Code::timeout && context.line.has("nowait")) {
        return kOk;
    }
    return TRY(Result<bool>(stopped)) ? Result<int>(kOk) : not_running(context, request.name);
}

}  // namespace

extern const LxcCommand kLxcStop;
constinit const LxcCommand kLxcStop{
    .command = {.name = "lxc-stop",
                .whole = &kLxcFamily,
                .group = Group::running,
                .summary = "Stop a container",
                .description = "Asks its init to end, waits, and kills what is left.",
                .operands = kOneContainer,
                .options = kOptions,
                .examples = kExamples,
                .exits = kExits,
                .gives = Gives::lxc_status,
                .run = run_stop},
    .test = "tests/integration/test_lxc_life.py Life.test_stop",
    .options = kStandings,
};

}  // namespace cubby::cli
