#include <algorithm>

#include "cli/context.h"
#include "cli/json.h"
#include "cli/option_rows.h"
#include "cli/render.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "running", .text = "only those that run"},
    {.name = "stopped", .text = "only those that do not"},
    {.letter = 'q', .name = "names", .text = "only the names, one a line"},
    kJsonOption,
};

constexpr Example kExamples[] = {
    {"cubby create demo", "a container"},
    {"cubby ls", "all of them"},
    {"cubby ls -q --stopped", "names for a script"},
    {"cubby destroy demo", "remove it"},
};

constexpr JsonKey kJson[] = {
    {"[].name", "the name"},
    {"[].state", "STOPPED, STARTING, RUNNING, STOPPING, ABORTING, FREEZING, FROZEN or THAWED"},
    {"[].pid", "process number of its init on this host, or null"},
    {"[].ephemeral", "true: it is removed when it stops"},
    {"[].defined", "false: it runs without a directory of its own (cubby run --rootfs)"},
    {"[].broken", "why it cannot be used, or null"},
};

std::string names_of(const std::vector<Summary>& containers) {
    std::string out;
    for (const Summary& one : containers) {
        out.append(shown(one.name)).append("\n");
    }
    return out;
}

Result<int> run_list(const Context& context) {
    const bool running = context.line.has("running");
    const bool stopped = context.line.has("stopped");
    auto containers = TRY(list(TRY(context.places())));
    if (running != stopped) {
        std::erase_if(containers, [&](const Summary& one) { return (one.state == State::stopped) == running; });
    }
    if (context.line.has("json")) {
        TRY(print(json_of(containers)));
    } else if (context.line.has("names")) {
        TRY(print(names_of(containers)));
    } else {
        TRY(print(list_text(containers, context.out)));
        if (containers.empty() && context.err.tty) {
            context.note("no containers; cubby create NAME makes one");
        }
    }
    return kOk;
}

}  // namespace

extern const Command kList;
constexpr const char* kAliases[] = {"list", "ps"};
constinit const Command kList{
    .name = "ls",
    .aliases = kAliases,
    .group = Group::looking,
    .summary = "List containers",
    .description = "Lists your containers, sorted by name, with LXC's words for their states.",
    .options = kOptions,
    .examples = kExamples,
    .json = kJson,
    .run = run_list,
};

}  // namespace cubby::cli
