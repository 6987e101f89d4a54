#include "cli/context.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/option_rows.h"
#include "cli/render.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    kJsonOption,
    kNameOption,
};

constexpr Example kExamples[] = {
    {"cubby create demo", "a container"},
    {"cubby info demo", "all about it"},
    {"cubby destroy demo", "remove it"},
};

constexpr JsonKey kJson[] = {
    {"name, state, pid, ephemeral, defined, broken", "as cubby ls prints them"},
    {"started", "when it was started, in seconds since 1970, or null"},
    {"last_exit", "exit status at its last end, 128 + signal, or null"},
    {"image", "what it was made from, or null"},
    {"rootfs", "where its root file system is, or null"},
    {"config_path", "its configuration file, or null"},
    {"uids, gids", "how ids inside are mapped: a list of inside, outside and count"},
    {"lost", "isolation that this host did not allow at the last start"},
    {"unsupported", "configuration keys without effect, and why"},
};

Result<int> run_info(const Context& context) {
    const ContainerName name = TRY(context.name());
    const Info info = TRY(inspect(TRY(context.places()), name));
    TRY(print(context.line.has("json") ? json_of(info) : info_text(info, context.out, unix_now())));
    return kOk;
}

}  // namespace

extern const Command kInfo;
constinit const Command kInfo{
    .name = "info",
    .group = Group::looking,
    .summary = "Show all about one container",
    .description =
        "Shows the state, the ids, where the files are, what this host did not allow at the last start, "
        "and which configuration keys have no effect.",
    .operands = {.synopsis = "NAME", .least = 1, .most = 1, .complete = Complete::container},
    .options = kOptions,
    .examples = kExamples,
    .json = kJson,
    .run = run_info,
};

}  // namespace cubby::cli
