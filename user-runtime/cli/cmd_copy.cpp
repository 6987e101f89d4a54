#include "cli/context.h"
#include "cli/progress.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "keep-hostname", .text = "keep the original's host name"},
};

constexpr Example kExamples[] = {
    {"cubby create demo && cubby copy demo twin", "a second container"},
    {"cubby destroy demo && cubby destroy twin", "remove both"},
};

constexpr ExitRow kExits[] = {{kWrongState, "the original runs, or there is a container of the new name already"}};

Result<int> run_copy(const Context& context) {
    const Places places = TRY(context.places());
    CopyRequest request{.name = TRY(context.name(0)), .new_name = TRY(context.name(1))};
    request.keep_hostname = context.line.has("keep-hostname");
    ProgressBar bar(context.err, context.quiet);
    TRY(copy(places, request,
             [&](uint64_t done, uint64_t total, std::string_view what) { bar.show(done, total, what); }));
    return kOk;
}

}  // namespace

extern const Command kCopy;
constinit const Command kCopy{
    .name = "copy",
    .group = Group::making,
    .summary = "Copy a container",
    .description =
        "Makes a full copy of a stopped container: its configuration and all of its files. On file systems that can "
        "share data between files the copy takes no space of its own at first. Its /etc/hostname gets the new name, "
        "and lxc.hook.clone is run.",
    .operands = {.synopsis = "NAME NEW-NAME", .least = 2, .most = 2, .complete = Complete::container},
    .options = kOptions,
    .examples = kExamples,
    .exits = kExits,
    .run = run_copy,
};

}  // namespace cubby::cli
