#include "base/parse.h"
#include "cli/grammar.h"
#include "cli/lxc/copying.h"
#include "cli/lxc/log.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'N', .name = "newname", .value = "NAME", .text = "the copy's name"},
    {.letter = 'p',
     .name = "newpath",
     .value = "PATH",
     .text = "the directory of containers that it goes to",
     .complete = Complete::directory},
    {.letter = 'R', .name = "rename", .text = "no copy: give the container the new name"},
    {.letter = 's', .name = "snapshot", .text = "a layer on the original instead of a copy"},
    {.letter = 'a', .name = "allowrunning", .text = "copy one that runs as well"},
    {.letter = 'F', .name = "foreground", .text = "with -e: this terminal is its console"},
    {.letter = 'd', .name = "daemon", .text = "with -e: in the background (the default)"},
    {.letter = 'e', .name = "ephemeral", .text = "a layer on the original, started at once, that goes with its end"},
    {.letter = 'm',
     .name = "mount",
     .value = "bind=SOURCE[:TARGET[:ro]]",
     .text = "with -e: a directory of the host inside; may be given several times",
     .repeats = true},
    {.letter = 'B',
     .name = "backingstorage",
     .value = "TYPE",
     .text = "dir or overlay: a copy is kept as its original is"},
    {.letter = 't', .name = "tmpfs", .text = "with -e: its changes are not kept on the disk"},
    {.letter = 'L', .name = "fssize", .value = "SIZE", .text = "of block devices"},
    {.letter = 'D', .name = "keepdata", .text = "with -e: it stays when it ends"},
    {.letter = 'K', .name = "keepname", .text = "keep the original's host name"},
    {.letter = 'M', .name = "keepmac", .text = "keep the original's hardware addresses"},
};

constexpr OptionStanding kStandings[] = {
    {"snapshot", Standing::cannot, "this version keeps no snapshots yet; without -s it makes a full copy"},
    {"allowrunning", Standing::cannot, "a container that runs would be copied torn; stop it first"},
    {"fssize", Standing::cannot, "an ordinary user has no block devices"},
    {"tmpfs", Standing::accepted, "its layer is on the disk, unsynced, and removed with its end"},
    {"keepmac", Standing::accepted, "there are no networks with hardware addresses yet"},
    {"mount", Standing::works, "bind; an overlay mount of one directory is not possible"},
};

constexpr Example kExamples[] = {
    {"cubby lxc-create demo -t busybox && cubby lxc-copy demo -N twin", "a second container; cubby copy is the same"},
    {"cubby lxc-destroy demo && cubby lxc-destroy twin", "remove both; cubby destroy demo is the same"},
};

Status check_options(const Parsed& line) {
    for (const OptionStanding& row : kStandings) {
        if (row.standing == Standing::cannot && line.has(row.option)) {
            return FAIL(Code::unsupported, "--%s: %s", row.option, row.note);
        }
    }
    TRY(check_copy_backend(line, "backingstorage"));
    if (!line.has("ephemeral") && (line.has("mount") || line.has("keepdata") || line.has("tmpfs"))) {
        return FAIL(Code::usage, "-m, -t and -D go with -e");
    }
    return {};
}

Result<std::vector<Setting>> mounts_of(const Parsed& line) {
    std::vector<Setting> settings;
    for (const std::string& text : line.values("mount")) {
        if (!text.starts_with("bind=")) {
            return FAIL(Code::unsupported, "-m '%.60s': only bind=SOURCE[:TARGET[:ro]] is possible",
                        printable(text).c_str());
        }
        const auto parts = split_fields(std::string_view(text).substr(5), ':');
        const std::string source = TRY(absolute_path(parts[0], "-m"));
        const std::string target = parts.size() > 1 ? TRY(parse_guest_path(parts[1], "-m")) : source;
        const bool read_only = parts.size() > 2 && parts[2] == "ro";
        settings.push_back({"lxc.mount.entry", source + " " + target.substr(target.find_first_not_of('/')) +
                                                   " none bind" + (read_only ? ",ro" : "") + ",create=dir 0 0"});
    }
    return settings;
}

Result<int> make_ephemeral(const Context& context, const Places& places, CopyRequest request) {
    const std::string original = request.name.str();
    request.snapshot = true;
    request.ephemeral = !context.line.has("keepdata");
    EphemeralRequest order{std::move(request), {}, TRY(mounts_of(context.line)), context.line.has("foreground")};
    const std::string name = order.copy.new_name.str();
    if (!context.quiet) {
        TRY(print("Created " + name + " as clone of " + original + "\n"));
    }
    return start_copy(places, order);
}

Result<int> run_copy(const Context& context) {
    TRY(check_options(context.line));
    const Places places = TRY(context.places());
    const ContainerName name = TRY(context.name());
    const std::string* text = context.line.value("newname");
    if (text == nullptr && !context.line.has("ephemeral")) {
        return FAIL(Code::usage, "-N NAME is missing");
    }
    const ContainerName fresh = text != nullptr ? TRY(ContainerName::parse(*text)) : TRY(ephemeral_name(name));
    if (context.line.has("newpath") && (context.line.has("rename") || context.line.has("ephemeral"))) {
        return FAIL(Code::usage, "-p is for full copies");
    }
    if (context.line.has("rename")) {
        TRY(cubby::rename(places, name, fresh));
        return kOk;
    }
    CopyRequest request{.name = name, .new_name = fresh, .keep_hostname = context.line.has("keepname")};
    request.hook_arguments = context.line.tail();
    if (const std::string* path = context.line.value("newpath")) {
        request.to = TRY(find_places(TRY(absolute_path(*path, "--newpath"))));
    }
    if (context.line.has("ephemeral")) {
        return make_ephemeral(context, places, std::move(request));
    }
    TRY(copy(places, request, {}));
    return kOk;
}

}  // namespace

extern const LxcCommand kLxcCopy;
constinit const LxcCommand kLxcCopy{
    .command = {.name = "lxc-copy",
                .whole = &kLxcFamily,
                .group = Group::making,
                .summary = "Copy or rename a container",
                .description =
                    "Makes a full copy of a stopped container, renames it, or with -e starts a layer on it that "
                    "goes with its end.",
                .operands = {.synopsis = "NAME -N NEWNAME [-- HOOK-OPTIONS...]",
                             .least = 1,
                             .most = 1,
                             .tail = Tail::after_dashes,
                             .complete = Complete::container},
                .options = kOptions,
                .examples = kExamples,
                .gives = Gives::lxc_status,
                .run = run_copy},
    .note = "needs no rsync; owners, links, attributes and holes are kept",
    .test = "tests/integration/test_lxc_more.py Copy.test_copy_rename_ephemeral",
    .options = kStandings,
};

}  // namespace cubby::cli
