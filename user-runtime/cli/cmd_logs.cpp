#include "cli/context.h"
#include "cli/option_rows.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'f', .name = "follow", .text = "go on with what comes, until the container ends"},
    kNameOption,
};

constexpr Example kExamples[] = {
    {"cubby create demo && cubby start demo", "a running container"},
    {"cubby logs demo", "what its console has shown"},
    {"cubby destroy -f demo", "stop and remove it"},
};

Result<int> run_logs(const Context& context) {
    const ContainerName name = TRY(context.name());
    Status written;
    TRY(logs(TRY(context.places()), name, context.line.has("follow"), [&](std::string_view text) {
        if (written) {
            written = print(text);
        }
    }));
    TRY(std::move(written));
    return kOk;
}

}  // namespace

extern const Command kLogs;
constinit const Command kLogs{
    .name = "logs",
    .group = Group::looking,
    .summary = "Print what a container's console has shown",
    .description =
        "Prints the console's output that is kept: of a running container the last 64 KiB (more with "
        "lxc.console.buffer.size), of a stopped one its log file (lxc.console.logfile). The bytes are "
        "printed as the container wrote them; pipe them through cat -v if you do not trust it.",
    .operands = {.synopsis = "NAME", .least = 1, .most = 1, .complete = Complete::container},
    .options = kOptions,
    .examples = kExamples,
    .run = run_logs,
};

}  // namespace cubby::cli
