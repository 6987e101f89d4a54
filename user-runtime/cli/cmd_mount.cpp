// cubby mount and cubby umount.

#include "cli/context.h"
#include "cli/grammar.h"

namespace cubby::cli {
namespace {

constexpr Option kMountOptions[] = {
    {.letter = 'o',
     .name = "options",
     .value = "OPTIONS",
     .text = "as in lxc.mount.entry: ro, noexec, nosuid, rbind, and with -t those of the file system; with commas"},
    {.letter = 't',
     .name = "type",
     .value = "TYPE",
     .text = "a new file system that an ordinary user may make (tmpfs, proc, mqueue), with SOURCE as a mere word"},
};

constexpr Operands kMountOperands{
    .synopsis = "NAME SOURCE TARGET", .least = 3, .most = 3, .complete = Complete::container};
constexpr Operands kUmountOperands{.synopsis = "NAME TARGET", .least = 2, .most = 2, .complete = Complete::container};

constexpr Example kMountExamples[] = {
    {"cubby create demo && cubby start demo", "a running container"},
    {"cubby mount -o ro demo /usr/share /mnt/share", "show it a directory of the host, read-only"},
    {"cubby attach demo -- ls /mnt/share", "see it inside"},
    {"cubby destroy -f demo", "remove the container"},
};
constexpr Example kUmountExamples[] = {
    {"cubby create demo && cubby start demo", "a running container"},
    {"cubby mount -t tmpfs demo scratch /scratch && cubby umount demo /scratch", "give and take a file system"},
    {"cubby destroy -f demo", "remove the container"},
};

constexpr ExitRow kExits[] = {{kWrongState, "the container does not run"}};

Result<int> run_mount(const Context& context) {
    const Places places = TRY(context.places());
    const ContainerName name = TRY(context.name());
    MountRequest request;
    request.type = context.line.value_or("type", "");
    request.source = context.line.operands()[1];
    request.target = TRY(parse_guest_path(context.line.operands()[2], "TARGET"));
    request.options = context.line.value_or("options", "");
    if (request.type.empty()) {
        request.source = TRY(absolute_path(request.source, "SOURCE"));
        request.options += request.options.empty() ? "rbind" : ",rbind";
    }
    TRY(mount_into(places, name, request));
    return kOk;
}

Result<int> run_umount(const Context& context) {
    TRY(unmount_from(TRY(context.places()), TRY(context.name()),
                     TRY(parse_guest_path(context.line.operands()[1], "TARGET"))));
    return kOk;
}

}  // namespace

extern const Command kMount;
constinit const Command kMount{
    .name = "mount",
    .group = Group::settings,
    .summary = "Show a running container a directory or file of the host",
    .description =
        "Binds SOURCE, which you must be able to reach, at TARGET inside, which is made where it is missing. It "
        "stays until the container stops or cubby umount takes it away; lxc.mount.entry of the configuration "
        "makes one at every start. Inside, files of your own belong to nobody, unless the container was made "
        "with --userns keep-id.",
    .operands = kMountOperands,
    .options = kMountOptions,
    .examples = kMountExamples,
    .exits = kExits,
    .run = run_mount,
};

extern const Command kUmount;
constexpr const char* kUmountAliases[] = {"unmount"};
constinit const Command kUmount{
    .name = "umount",
    .aliases = kUmountAliases,
    .group = Group::settings,
    .summary = "Take a mount out of a running container",
    .description = "What is in use inside goes from the tree at once, and ends with its last user.",
    .operands = kUmountOperands,
    .examples = kUmountExamples,
    .exits = kExits,
    .run = run_umount,
};

}  // namespace cubby::cli
