#include "cli/option_rows.h"
#include "cli/requests.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'd', .name = "daemon", .text = "start it in the background (this is the default)"},
    {.letter = 'F',
     .name = "foreground",
     .text = "stay, with this terminal as its console, and end with its exit status"},
    kTimingsOption,
    kNameOption,
};

constexpr Example kExamples[] = {
    {"cubby create demo && cubby start demo", "make a container and start it"},
    {"cubby attach demo -- ps", "what runs in it"},
    {"cubby destroy -f demo", "stop and remove it"},
};

constexpr ExitRow kExits[] = {{kWrongState, "it runs already"}};

Result<int> run_start(const Context& context) {
    const StartRequest request = TRY(start_request(context));
    const Places places = TRY(context.places());
    if (context.line.has("foreground")) {
        return start_foreground(places, request);
    }
    const Started started = TRY(start(places, request));
    context.note_lost(started.lost);
    if (request.timings) {
        context.show_timings(started.timings);
    }
    return kOk;
}

}  // namespace

Result<StartRequest> start_request(const Context& context) {
    if (context.line.has("foreground") && context.line.has("daemon")) {
        return FAIL(Code::usage, "options -d and -F exclude each other");
    }
    return StartRequest{
        .name = TRY(context.name()), .init = context.line.tail(), .timings = context.line.has("timings")};
}

extern const Command kStart;
constinit const Command kStart{
    .name = "start",
    .group = Group::running,
    .summary = "Start a container",
    .description =
        "Starts the container's init, or the command after --, as its first process. Where this host does "
        "not allow a part of the isolation, a note says which.",
    .operands = {.synopsis = "NAME [-- INIT...]",
                 .least = 1,
                 .most = 1,
                 .tail = Tail::after_dashes,
                 .complete = Complete::container},
    .options = kOptions,
    .examples = kExamples,
    .exits = kExits,
    .run = run_start,
};

}  // namespace cubby::cli
