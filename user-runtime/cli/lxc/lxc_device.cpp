// lxc-device, and cubby device, which is the same.

#include <net/if.h>

#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/human.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr Operands kOperands{
    .synopsis = "NAME add|del DEVICE [PATH]", .least = 3, .most = 4, .complete = Complete::container};

constexpr const char* kSummary = "Give a running container a device";
constexpr const char* kDescription =
    "add shows it a device of the host, at PATH inside or at the same path, with the rights that the device's file "
    "gives you; del takes it away. It stays until the container stops. A network interface needs the host's root.";

constexpr Example kLxcExamples[] = {{"cubby lxc-device --help", "this page; cubby device takes the same"}};
constexpr Example kExamples[] = {
    {"cubby create demo && cubby start demo", "a running container"},
    {"cubby device demo add /dev/full /dev/disk-is-full", "the host's device, under another name"},
    {"cubby attach demo -- ls -l /dev/disk-is-full", "see it inside"},
    {"cubby destroy -f demo", "remove the container"},
};

Result<int> run_device(const Context& context) {
    const auto& operands = context.line.operands();
    const std::string& action = operands[1];
    const std::string& device = operands[2];
    if (action != "add" && action != "del") {
        return FAIL(Code::usage, "'%s' is neither add nor del", shown(action).c_str());
    }
    const Places places = TRY(context.places());
    const ContainerName name = TRY(context.name());
    if (device.find('/') == std::string::npos && if_nametoindex(device.c_str()) != 0) {
        return FAIL(Code::unsupported, "only the host's root may move the network interface %s to another namespace",
                    device.c_str());
    }
    const std::string source = TRY(absolute_path(device, "DEVICE"));
    const std::string path = TRY(parse_guest_path(operands.size() > 3 ? operands[3] : source, "PATH"));
    TRY(action == "add" ? add_device(places, name, source, path) : remove_device(places, name, path));
    return kOk;
}

}  // namespace

extern const LxcCommand kLxcDevice;
constinit const LxcCommand kLxcDevice{
    .command = {.name = "lxc-device",
                .whole = &kLxcFamily,
                .group = Group::settings,
                .summary = kSummary,
                .description = kDescription,
                .operands = kOperands,
                .examples = kLxcExamples,
                .gives = Gives::lxc_status,
                .run = run_device},
    .standing = Standing::further,
    .note = "devices; LXC refuses ordinary users. No interfaces: those need the host's root",
    .test = "tests/integration/test_mounts.py Mounts.test_lxc_device"};

extern const Command kDevice;
constinit const Command kDevice{.name = "device",
                                .group = Group::settings,
                                .summary = kSummary,
                                .description = kDescription,
                                .operands = kOperands,
                                .examples = kExamples,
                                .run = run_device};

}  // namespace cubby::cli
