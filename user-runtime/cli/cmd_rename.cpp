#include "cli/context.h"

namespace cubby::cli {
namespace {

constexpr Example kExamples[] = {
    {"cubby create demo && cubby rename demo demo2", "make one and give it another name"},
    {"cubby destroy demo2", "remove it"},
};

constexpr ExitRow kExits[] = {{kWrongState, "it runs, or there is a container of the new name already"}};

Result<int> run_rename(const Context& context) {
    const ContainerName from = TRY(context.name(0));
    const ContainerName to = TRY(context.name(1));
    TRY(cubby::rename(TRY(context.places()), from, to));
    return kOk;
}

}  // namespace

extern const Command kRename;
constexpr const char* kAliases[] = {"mv"};
constinit const Command kRename{
    .name = "rename",
    .aliases = kAliases,
    .group = Group::making,
    .summary = "Give a stopped container another name",
    .description =
        "The container must be stopped. Its files stay where they are on the disk, so this takes no time "
        "and no space.",
    .operands = {.synopsis = "NAME NEW-NAME", .least = 2, .most = 2, .complete = Complete::container},
    .examples = kExamples,
    .exits = kExits,
    .run = run_rename,
};

}  // namespace cubby::cli
