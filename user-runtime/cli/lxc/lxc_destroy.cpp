#include "cli/context.h"
#include "cli/lxc/log.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'f', .name = "force", .text = "stop it first, where it runs"},
    {.letter = 's', .name = "snapshots", .text = "remove its snapshots as well"},
};

constexpr OptionStanding kStandings[] = {
    {"snapshots", Standing::accepted, "there are no snapshots yet; all files of the container go"},
};

constexpr Example kExamples[] = {
    {"cubby lxc-create demo -t busybox && cubby lxc-destroy demo",
     "make and remove one; cubby destroy demo is the same"},
};

Result<int> run_destroy(const Context& context) {
    const Places places = TRY(context.places());
    const ContainerName name = TRY(context.name());
    const Status done = destroy(places, name, context.line.has("force"));
    if (!done && done.error().code == Code::not_found) {
        return FAIL(Code::not_found, "Container is not defined");
    }
    if (!done && done.error().code == Code::wrong_state) {
        return FAIL(Code::wrong_state, "%s is running", name.c_str());
    }
    TRY(Status(done));
    return kOk;
}

}  // namespace

extern const LxcCommand kLxcDestroy;
constinit const LxcCommand kLxcDestroy{
    .command = {.name = "lxc-destroy",
                .whole = &kLxcFamily,
                .group = Group::making,
                .summary = "Remove a container",
                .description = "Removes a container and all its files.",
                .operands = kOneContainer,
                .options = kOptions,
                .examples = kExamples,
                .gives = Gives::lxc_status,
                .run = run_destroy},
    .test = "tests/integration/test_lxc_life.py Life.test_destroy",
    .options = kStandings,
};

}  // namespace cubby::cli
