#include "cli/lxc/autostart.h"
#include "cli/lxc/log.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr Example kExamples[] = {
    {"cubby lxc-autostart -L",
     "what it would start, and how long it would wait after each; cubby autostart is the same"},
};

constexpr ExitRow kExits[] = {
    {kFailure, "all of them failed, or the command line is wrong"},
    {2, "some of them failed"},
};

Result<int> run(const Context& context) {
    return run_autostart(context, [&](const std::string& text) { lxc_error(context, text); });
}

}  // namespace

extern const LxcCommand kLxcAutostart;
constinit const LxcCommand kLxcAutostart{
    .command = {.name = "lxc-autostart",
                .whole = &kLxcPlainFamily,
                .group = Group::running,
                .summary = "Start all containers that are to be started",
                .description =
                    "Starts the containers with lxc.start.auto = 1: a lower lxc.start.order earlier, and after "
                    "each it waits lxc.start.delay seconds. Without -a or -g only those without lxc.group.",
                .options = autostart_options(),
                .examples = kExamples,
                .exits = kExits,
                .gives = Gives::lxc_status,
                .run = run},
    .test = "tests/integration/test_lxc_more.py Autostart.test_order_and_groups",
};

}  // namespace cubby::cli
