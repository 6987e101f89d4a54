#include <algorithm>

#include "base/parse.h"
#include "cli/context.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'l', .name = "list", .text = "print the names of all items"},
};

constexpr Example kExamples[] = {
    {"cubby lxc-config lxc.lxcpath", "where the containers are"},
};

// LXC's item and what it says where lxc.conf does not set it.
struct GlobalItem {
    std::string_view name;
    std::string_view unset;  // LXC's built-in value; empty: "KEY is not set."
};
constexpr GlobalItem kItems[] = {
    {"lxc.default_config", ""},   {"lxc.lxcpath", ""},    {"lxc.bdev.lvm.vg", "lxc"}, {"lxc.bdev.lvm.thin_pool", "lxc"},
    {"lxc.bdev.zfs.root", "lxc"}, {"lxc.cgroup.use", ""}, {"lxc.cgroup.pattern", ""},
};

Result<int> run_config(const Context& context) {
    const std::vector<std::string>& words = context.line.operands();
    if (context.line.has("list")) {
        std::string out;
        for (const GlobalItem& item : kItems) {
            out.append(item.name).append("\n");
        }
        TRY(print(out));
        return kOk;
    }
    if (words.empty()) {
        TRY(
            print("Usage: lxc-config -l: list all available configuration items\n"
                  "       lxc-config item: print configuration item\n"));
        return kOk;
    }
    const auto* item = std::ranges::find(kItems, words.front(), &GlobalItem::name);
    if (item == std::end(kItems)) {
        TRY(print("Unknown configuration item: " + printable(words.front()) + "\n"));
        return kFailure;
    }
    std::string value = TRY(global_setting(TRY(context.places()), words.front()));
    if (value.empty()) {
        value = item->unset;
    }
    TRY(print(value.empty() ? std::string(item->name) + " is not set.\n" : value + "\n"));
    return kOk;
}

}  // namespace

extern const LxcCommand kLxcConfig;
constinit const LxcCommand kLxcConfig{
    .command = {.name = "lxc-config",
                .whole = &kLxcBareFamily,
                .group = Group::settings,
                .summary = "Print a setting of lxc.conf",
                .description = "Prints what ~/.config/lxc/lxc.conf says, or what holds without it.",
                .operands = {.synopsis = "[-l | ITEM]", .most = 1},
                .options = kOptions,
                .examples = kExamples,
                .gives = Gives::lxc_status,
                .run = run_config},
    .note = "items of LVM and ZFS are printed as LXC has them; an ordinary user has no such storage",
    .test = "tests/integration/test_lxc_more.py Config.test_lxc_config",
};

}  // namespace cubby::cli
