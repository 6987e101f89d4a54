// lxc-clone and lxc-start-ephemeral of LXC 1.0, which lxc-copy took over.

#include "base/parse.h"
#include "cli/grammar.h"
#include "cli/lxc/copying.h"
#include "cli/lxc/log.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr const char* kTest = "tests/integration/test_lxc_more.py OldNames.test_clone_and_start_ephemeral";

constexpr Option kCloneOptions[] = {
    {.letter = 'o',
     .name = "orig",
     .value = "NAME",
     .text = "the original; the same as the first operand",
     .complete = Complete::container},
    {.letter = 'n', .name = "new", .value = "NAME", .text = "the copy; the same as the second operand"},
    {.letter = 's', .name = "snapshot", .text = "a layer on the original instead of a copy"},
    {.letter = 'B',
     .name = "backingstore",
     .value = "TYPE",
     .text = "dir or overlay: a copy is kept as its original is"},
    {.letter = 'L', .name = "size", .value = "SIZE", .text = "of block devices"},
    {.letter = 'v', .name = "vgname", .value = "NAME", .text = "of LVM"},
    {.letter = 't', .name = "fstype", .value = "TYPE", .text = "of block devices"},
    {.letter = 'K', .name = "keepname", .text = "keep the original's host name"},
    {.letter = 'M', .name = "keepmac", .text = "keep the original's hardware addresses"},
    {.letter = 'p',
     .name = "lxcpath",
     .value = "PATH",
     .text = "where the containers are",
     .complete = Complete::directory},
};

constexpr OptionStanding kCloneStandings[] = {
    {"snapshot", Standing::cannot, "this version keeps no snapshots yet; without -s it makes a full copy"},
    {"size", Standing::cannot, "an ordinary user has no block devices"},
    {"vgname", Standing::cannot, "an ordinary user has no LVM"},
    {"fstype", Standing::cannot, "an ordinary user has no block devices"},
    {"keepmac", Standing::accepted, "there are no networks with hardware addresses yet"},
};

constexpr Option kEphemeralOptions[] = {
    {.letter = 'o',
     .name = "orig",
     .value = "NAME",
     .text = "the original",
     .complete = Complete::container,
     .stands = Stands::as_operand},
    {.letter = 'n', .name = "name", .value = "NAME", .text = "the copy's name (default: one is made up)"},
    {.letter = 'b',
     .name = "bdir",
     .value = "DIR",
     .text = "a directory of the host inside, at the same path",
     .complete = Complete::directory,
     .repeats = true},
    {.letter = 'u', .name = "user", .value = "USER", .text = "the user that COMMAND runs as"},
    {.letter = 'S', .name = "key", .value = "FILE", .text = "of ssh"},
    {.letter = 'd', .name = "daemon", .text = "start it in the background"},
    {.letter = 's', .name = "storage-type", .value = "TYPE", .text = "where its layer is", .words = "tmpfs|dir"},
    {.letter = 'U',
     .name = "union-type",
     .value = "TYPE",
     .text = "what its layer is",
     .words = "overlayfs|overlay|aufs"},
    {.letter = 'k', .name = "keep-data", .text = "it stays when it ends"},
};

constexpr OptionStanding kEphemeralStandings[] = {
    {"key", Standing::cannot, "it runs COMMAND in the container itself and needs no ssh"},
    {"storage-type", Standing::accepted, "the layer is on the disk, unsynced, and removed with its end"},
    {"union-type", Standing::accepted, "the layer is the kernel's overlay"},
};

constexpr Example kCloneExamples[] = {
    {"cubby lxc-create demo -t busybox && cubby lxc-clone demo twin", "a second container; cubby copy is the same"},
    {"cubby lxc-destroy demo && cubby lxc-destroy twin", "remove both; cubby destroy demo is the same"},
};
constexpr Example kEphemeralExamples[] = {
    {"cubby lxc-create demo -t busybox && cubby lxc-start-ephemeral -o demo -- hostname", "a command in a copy of it"},
    {"cubby lxc-destroy demo", "remove it; cubby destroy demo is the same"},
};

Status refuse_missing(const Parsed& line, std::span<const OptionStanding> standings) {
    for (const OptionStanding& row : standings) {
        if (row.standing == Standing::cannot && line.has(row.option)) {
            return FAIL(Code::unsupported, "--%s: %s", row.option, row.note);
        }
    }
    return {};
}

Result<int> run_clone(const Context& context) {
    const Parsed& line = context.line;
    TRY(refuse_missing(line, kCloneStandings));
    TRY(check_copy_backend(line, "backingstore"));
    std::vector<std::string> names = line.operands();
    if (const std::string* text = line.value("orig")) {
        names.insert(names.begin(), *text);
    }
    if (const std::string* text = line.value("new")) {
        names.push_back(*text);
    }
    if (names.size() != 2) {
        return FAIL(Code::usage, "usage: lxc-clone ORIGINAL NEW");
    }
    CopyRequest request{.name = TRY(ContainerName::parse(names[0])), .new_name = TRY(ContainerName::parse(names[1]))};
    request.keep_hostname = line.has("keepname");
    TRY(copy(TRY(context.places()), request, {}));
    TRY(print("Created container " + request.new_name.str() + " as copy of " + request.name.str() + "\n"));
    return kOk;
}

Result<std::vector<Setting>> binds_of(const Parsed& line) {
    std::vector<Setting> settings;
    for (const std::string& text : line.values("bdir")) {
        const std::string path = TRY(absolute_path(text, "-b"));
        settings.push_back(
            {"lxc.mount.entry", path + " " + path.substr(path.find_first_not_of('/')) + " none bind,create=dir 0 0"});
    }
    return settings;
}

Result<int> run_start_ephemeral(const Context& context) {
    const Parsed& line = context.line;
    TRY(refuse_missing(line, kEphemeralStandings));
    const ContainerName original = TRY(context.name());
    const std::string* text = line.value("name");
    const ContainerName fresh = text != nullptr ? TRY(ContainerName::parse(*text)) : TRY(ephemeral_name(original));
    CopyRequest copy{.name = original, .new_name = fresh, .snapshot = true, .ephemeral = !line.has("keep-data")};
    EphemeralRequest request{std::move(copy), {}, TRY(binds_of(line)), false};
    const Places places = TRY(context.places());
    if (line.tail().empty()) {
        request.foreground = !line.has("daemon");
        return start_copy(places, request);
    }
    TRY(start_copy(places, request));
    AttachRequest order{
        .name = fresh, .argv = line.tail(), .environment = {}, .keep_environment = {}, .workdir = {}, .user = {}};
    order.user = line.value_or("user", "");
    const auto status = attach(places, order);
    static_cast<void>(stop(places, {.name = fresh, .kill = true}).has_value());
    if (!line.has("keep-data")) {
        static_cast<void>(destroy(places, fresh, true).has_value());
    }
    return status;
}

}  // namespace

extern const LxcCommand kLxcClone;
constinit const LxcCommand kLxcClone{.command = {.name = "lxc-clone",
                                                 .whole = &kLxcPlainFamily,
                                                 .group = Group::making,
                                                 .summary = "Copy a container",
                                                 .description = "Makes a full copy of a stopped container.",
                                                 .operands = {.synopsis = "ORIGINAL NEW [-- HOOK-OPTIONS...]",
                                                              .most = 2,
                                                              .tail = Tail::after_dashes,
                                                              .complete = Complete::container},
                                                 .options = kCloneOptions,
                                                 .examples = kCloneExamples,
                                                 .gives = Gives::lxc_status,
                                                 .run = run_clone},
                                     .note = "of LXC 1.0; lxc-copy took it over",
                                     .test = kTest,
                                     .options = kCloneStandings};

extern const LxcCommand kLxcStartEphemeral;
constinit const LxcCommand kLxcStartEphemeral{
    .command = {.name = "lxc-start-ephemeral",
                .whole = &kLxcPlainFamily,
                .group = Group::running,
                .summary = "Start a copy that goes with its end",
                .description = "Starts a layer on a stopped container. With a COMMAND it runs that inside and ends.",
                .operands = {.synopsis = "-o ORIGINAL [COMMAND...]",
                             .least = 1,
                             .most = 1,
                             .tail = Tail::command,
                             .complete = Complete::container},
                .options = kEphemeralOptions,
                .examples = kEphemeralExamples,
                .gives = Gives::lxc_status,
                .run = run_start_ephemeral},
    .note = "of LXC 1.0; lxc-copy -e took it over",
    .test = kTest,
    .options = kEphemeralStandings};

}  // namespace cubby::cli
