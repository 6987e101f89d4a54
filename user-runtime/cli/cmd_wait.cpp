#include "cli/grammar.h"
#include "cli/option_rows.h"
#include "cli/requests.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 's', .name = "state", .value = "STATE[|STATE...]", .text = "the states to wait for (default: STOPPED)"},
    {.letter = 't', .name = "timeout", .value = "SECONDS", .text = "how long to wait; -1 is for ever (default: -1)"},
    kNameOption,
};

constexpr Example kExamples[] = {
    {"cubby create demo && cubby start demo", "a running container"},
    {"cubby wait -s RUNNING -t 10 demo", "this is so already"},
    {"cubby destroy -f demo", "stop and remove it"},
};

constexpr ExitRow kExits[] = {{kTimeout, "it was in none of the states when the time was over"}};

Result<int> run_wait(const Context& context) {
    const ContainerName name = TRY(context.name());
    const WaitRequest request = TRY(wait_request(context));
    if (TRY(cubby::wait(TRY(context.places()), name, request.states, request.timeout_s))) {
        return kOk;
    }
    return FAIL(Code::timeout, "wait %s: not in the state after %d seconds; cubby info %s tells the state",
                name.c_str(), request.timeout_s, name.c_str());
}

}  // namespace

Result<WaitRequest> wait_request(const Context& context) {
    WaitRequest request;
    request.states = TRY(parse_states(context.line.value_or("state", "STOPPED")));
    if (const std::string* seconds = context.line.value("timeout")) {
        request.timeout_s = TRY(parse_seconds(*seconds, true));
    }
    return request;
}

extern const Command kWait;
constinit const Command kWait{
    .name = "wait",
    .group = Group::looking,
    .summary = "Wait until a container is in a state",
    .description =
        "States are STOPPED, STARTING, RUNNING, STOPPING, ABORTING, FREEZING, FROZEN and THAWED; several "
        "are written with | between them, quoted for the shell. A state that the container is in already "
        "counts.",
    .operands = {.synopsis = "NAME", .least = 1, .most = 1, .complete = Complete::container},
    .options = kOptions,
    .examples = kExamples,
    .exits = kExits,
    .run = run_wait,
};

}  // namespace cubby::cli
