#include "cli/context.h"
#include "cli/option_rows.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'f', .name = "force", .text = "stop it first where it runs"},
    kNameOption,
};

constexpr Example kExamples[] = {
    {"cubby create demo && cubby start demo", "a running container"},
    {"cubby destroy -f demo", "stop it and remove it with all its files"},
};

constexpr ExitRow kExits[] = {{kWrongState, "it runs; -f stops it first"}};

Result<int> run_destroy(const Context& context) {
    const Places places = TRY(context.places());
    const bool force = context.line.has("force");
    return for_each_name(context, [&](const ContainerName& name) { return destroy(places, name, force); });
}

}  // namespace

extern const Command kDestroy;
constexpr const char* kAliases[] = {"rm"};
constinit const Command kDestroy{
    .name = "destroy",
    .aliases = kAliases,
    .group = Group::making,
    .summary = "Remove containers with their files",
    .description =
        "Removes each container, its configuration and its root file system. The image that it was made "
        "from stays; cubby images lists those. A root file system outside of the container's own directory "
        "is not touched.",
    .operands = {.synopsis = "NAME...", .least = 1, .most = kMany, .complete = Complete::container},
    .options = kOptions,
    .examples = kExamples,
    .exits = kExits,
    .run = run_destroy,
};

}  // namespace cubby::cli
