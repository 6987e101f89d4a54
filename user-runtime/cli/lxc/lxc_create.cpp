#include <algorithm>

#include "base/parse.h"
#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/lxc/log.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"
#include "cli/progress.h"

namespace cubby::cli {
namespace {

constexpr const char* kNeedsRoot = "an ordinary user has no such storage";

constexpr Option kOptions[] = {
    {.letter = 'f',
     .name = "config",
     .value = "FILE",
     .text = "configuration to begin with",
     .complete = Complete::file},
    {.letter = 't',
     .name = "template",
     .value = "TEMPLATE",
     .text = "a template of cubby or of LXC, by name or path; none: no root file system",
     .complete = Complete::image},
    {.letter = 'B',
     .name = "bdev",
     .value = "TYPE",
     .text = "dir (the default), overlay, or best; a comma list takes the first that is possible"},
    {.name = "dir",
     .value = "PATH",
     .text = "put the root file system at this absolute path",
     .complete = Complete::directory},
    {.name = "lvname", .value = "NAME", .text = "of LVM"},
    {.name = "vgname", .value = "NAME", .text = "of LVM"},
    {.name = "thinpool", .value = "NAME", .text = "of LVM"},
    {.name = "rbdname", .value = "NAME", .text = "of Ceph"},
    {.name = "rbdpool", .value = "NAME", .text = "of Ceph"},
    {.name = "rbduser", .value = "NAME", .text = "of Ceph"},
    {.name = "zfsroot", .value = "PATH", .text = "of ZFS"},
    {.name = "fstype", .value = "TYPE", .text = "of LVM or a loop file"},
    {.name = "fssize", .value = "SIZE", .text = "of LVM or a loop file"},
};

constexpr OptionStanding kStandings[] = {
    {"dir", Standing::works, "it must be free or an empty directory of yours"},
    {"lvname", Standing::cannot, kNeedsRoot},
    {"vgname", Standing::cannot, kNeedsRoot},
    {"thinpool", Standing::cannot, kNeedsRoot},
    {"rbdname", Standing::cannot, kNeedsRoot},
    {"rbdpool", Standing::cannot, kNeedsRoot},
    {"rbduser", Standing::cannot, kNeedsRoot},
    {"zfsroot", Standing::cannot, kNeedsRoot},
    {"fstype", Standing::cannot, kNeedsRoot},
    {"fssize", Standing::cannot, kNeedsRoot},
    {"bdev", Standing::further, "overlay, which LXC gives to root only"},
};

constexpr Example kExamples[] = {
    {"cubby lxc-create demo -t busybox", "a small container"},
    {"cubby lxc-destroy demo", "remove it; cubby destroy demo is the same"},
};

// The first word that is possible here.
Result<std::string> backend_of(const std::string& list) {
    for (const std::string_view word : split_fields(list, ',')) {
        if (word == "dir" || word == "overlay") {
            return std::string(word);
        }
        if (word == "best") {
            return std::string("dir");
        }
        if (word == "overlayfs") {
            return std::string("overlay");
        }
    }
    constexpr std::string_view kLxcs[] = {"btrfs", "loop", "lvm", "nbd", "rbd", "zfs"};
    if (std::ranges::find(kLxcs, list) != std::end(kLxcs)) {
        return FAIL(Code::unsupported, "-B %s: %s; use dir or overlay", list.c_str(), kNeedsRoot);
    }
    return FAIL(Code::usage, "%s is not a valid backing storage type", printable(list).c_str());
}

Status check_storage_options(const Parsed& line) {
    for (const OptionStanding& row : kStandings) {
        if (row.standing == Standing::cannot && line.has(row.option)) {
            return FAIL(Code::unsupported, "--%s: %s", row.option, row.note);
        }
    }
    return {};
}

Result<CreateRequest> request_of(const Context& context) {
    CreateRequest request{.name = TRY(context.name()), .template_args = context.line.tail(), .config_file = ""};
    const std::string* wanted = context.line.value("template");
    if (wanted == nullptr) {
        lxc_error(context, "A template must be specified");
        return FAIL(Code::usage, "Use \"none\" if you really want a container without a rootfs");
    }
    request.image = wanted->find('/') != std::string::npos ? TRY(absolute_path(*wanted, "-t")) : *wanted;
    request.backend = TRY(backend_of(context.line.value_or("bdev", "dir")));
    request.lxc_templates = true;
    if (const std::string* dir = context.line.value("dir")) {
        request.rootfs = TRY(absolute_path(*dir, "--dir"));
    }
    for (const char* option : {"rcfile", "config"}) {
        if (const std::string* file = context.line.value(option)) {
            request.config_file = TRY(absolute_path(*file, "-f"));
        }
    }
    return request;
}

Result<int> run_create(const Context& context) {
    TRY(check_storage_options(context.line));
    const Places places = TRY(context.places());
    const CreateRequest request = TRY(request_of(context));
    Status made;
    {
        ProgressBar bar(context.err, context.quiet);
        made = create(places, request,
                      [&](uint64_t done, uint64_t total, std::string_view what) { bar.show(done, total, what); });
    }
    if (!made && made.error().code == Code::exists) {
        return FAIL(Code::exists, "Container already exists");
    }
    if (!made) {
        lxc_error(context, made.error().message());
        return FAIL(made.error().code, "Failed to create container %s", request.name.c_str());
    }
    return kOk;
}

}  // namespace

extern const LxcCommand kLxcCreate;
constinit const LxcCommand kLxcCreate{
    .command = {.name = "lxc-create",
                .whole = &kLxcFamily,
                .group = Group::making,
                .summary = "Create a container",
                .description =
                    "Makes a container from a template; what follows -- is the template's.\n\nA template of LXC "
                    "(/usr/share/lxc/templates/lxc-NAME, or one by its path) is run LXC's way for each container. "
                    "Where there is none of that name, cubby's own template makes or finds an image.",
                .operands = {.synopsis = "NAME -t TEMPLATE [-- TEMPLATE-OPTIONS...]",
                             .least = 1,
                             .most = 1,
                             .tail = Tail::after_dashes,
                             .complete = Complete::container},
                .options = kOptions,
                .examples = kExamples,
                .gives = Gives::lxc_status,
                .run = run_create},
    .note = "default.conf need not exist: without one the id map is the user's subordinate range",
    .test = "tests/integration/test_lxc_templates.py Templates.test_busybox",
    .options = kStandings,
};

}  // namespace cubby::cli
