#include "cli/lxc/autostart.h"

namespace cubby::cli {
namespace {

constexpr Example kExamples[] = {
    {"cubby autostart --list", "which containers it would start, and how long it would wait after each"},
};

constexpr JsonKey kJson[] = {
    {"[].name", "the container's name"},
    {"[].order", "lxc.start.order; a lower one is started earlier"},
    {"[].delay_s", "lxc.start.delay: how long to wait after it, in seconds"},
};

constexpr ExitRow kExits[] = {{kFailure, "all of them failed"},
                              {2, "some of them failed, or the command line is wrong"}};

Result<int> run(const Context& context) {
    return run_autostart(context, [](const std::string& text) { complain("cubby: autostart " + text); });
}

}  // namespace

extern const Command kAutostart;
constinit const Command kAutostart{
    .name = "autostart",
    .group = Group::running,
    .summary = "Start all containers that are to be started",
    .description =
        "Starts the containers with lxc.start.auto = 1: a lower lxc.start.order earlier, and after each it waits "
        "lxc.start.delay seconds. Without --all or --groups only those without lxc.group. Nothing calls it by "
        "itself: put it where your session or your machine starts.",
    .options = kAutostartOptions,
    .examples = kExamples,
    .json = kJson,
    .exits = kExits,
    .run = run,
};

}  // namespace cubby::cli
