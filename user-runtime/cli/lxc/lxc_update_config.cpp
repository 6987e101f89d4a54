#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"
#include "container/update_config.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'c',
     .name = "config",
     .value = "FILE",
     .text = "the configuration to rewrite",
     .complete = Complete::file},
};

constexpr Example kExamples[] = {
    {"cubby lxc-update-config --help", "cubby update-config FILE is the same"},
};
constexpr Example kOwnExamples[] = {
    {"echo 'lxc.utsname = old' > old.conf && cubby update-config old.conf && cat old.conf",
     "prints lxc.uts.name = old"},
    {"rm old.conf old.conf.backup", "remove it"},
};

constexpr const char* kSummary = "Rewrite a configuration of LXC 1 or 2";
constexpr const char* kDescription =
    "Gives each key the name that it has today; comments, values and order stay. The old file stays beside it as "
    "FILE.backup.";

Result<int> run_lxc(const Context& context) {
    const std::string* file = context.line.value("config");
    if (file == nullptr) {
        return FAIL(Code::usage, "-c CONFIG is missing");
    }
    TRY(update_config(TRY(absolute_path(*file, "-c"))));
    return kOk;
}

Result<int> run_own(const Context& context) {
    TRY(update_config(TRY(absolute_path(context.line.operands().front(), "FILE"))));
    return kOk;
}

}  // namespace

extern const LxcCommand kLxcUpdateConfig;
constinit const LxcCommand kLxcUpdateConfig{
    .command = {.name = "lxc-update-config",
                .whole = &kLxcBareFamily,
                .group = Group::settings,
                .summary = kSummary,
                .description = kDescription,
                .options = kOptions,
                .examples = kExamples,
                .gives = Gives::lxc_status,
                .run = run_lxc},
    .note = "comments stay as they are; LXC's script rewrites keys in them too",
    .test = "tests/integration/test_lxc_more.py Config.test_update_config",
};

extern const Command kUpdateConfig;
constinit const Command kUpdateConfig{
    .name = "update-config",
    .group = Group::settings,
    .summary = kSummary,
    .description = kDescription,
    .operands = {.synopsis = "FILE", .least = 1, .most = 1, .complete = Complete::file},
    .examples = kOwnExamples,
    .run = run_own,
};

}  // namespace cubby::cli
