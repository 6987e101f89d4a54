// lxc-cgroup, lxc-freeze, lxc-unfreeze and lxc-top: all that they do is read from or written to a control group.

#include "cli/lxc/missing.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr const char* kTest = "tests/integration/test_lxc_more.py Missing.test_says_what_is_missing";
constexpr const char* kNote = "needs control groups, which come with limits";
constexpr auto kRun = end_missing<Missing::control_groups>;

constexpr Option kTopOptions[] = {
    {.letter = 'd', .name = "delay", .value = "SECONDS", .text = "between two looks (default: 3.0)"},
    {.letter = 'b', .name = "batch", .text = "lines for a file"},
    {.letter = 's',
     .name = "sort",
     .value = "BY",
     .text = "name, cpu, block i/o, memory, memory and swap, kernel memory",
     .words = "n|c|b|m|s|k"},
    {.letter = 'r', .name = "reverse", .text = "the other way round"},
};

constexpr Operands kCgroupOperands{
    .synopsis = "NAME FILE [VALUE]", .least = 2, .most = 3, .complete = Complete::container};

constexpr Example kCgroupExamples[] = {{"cubby lxc-cgroup --help", "what it would take"}};
constexpr Example kFreezeExamples[] = {{"cubby lxc-freeze --help", "what it would take"}};
constexpr Example kUnfreezeExamples[] = {{"cubby lxc-unfreeze --help", "what it would take"}};
constexpr Example kTopExamples[] = {{"cubby lxc-top --help", "what it would take"}};
constexpr Example kOwnCgroupExamples[] = {{"cubby cgroup --help", "what it would take"}};
constexpr Example kOwnFreezeExamples[] = {{"cubby freeze --help", "what it would take"}};
constexpr Example kOwnUnfreezeExamples[] = {{"cubby unfreeze --help", "what it would take"}};
constexpr Example kOwnTopExamples[] = {{"cubby top --help", "what it would take"}};

constexpr const char* kCgroupSummary = "Read or write a file of a container's control group";
constexpr const char* kFreezeSummary = "Stop all processes of a container for a while";
constexpr const char* kUnfreezeSummary = "Let a frozen container go on";
constexpr const char* kTopSummary = "Show what running containers use";
constexpr const char* kNotYet = "Not possible yet: it needs a control group that is delegated to you.";

}  // namespace

extern const LxcCommand kLxcCgroup;
constinit const LxcCommand kLxcCgroup{.command = {.name = "lxc-cgroup",
                                                  .whole = &kLxcFamily,
                                                  .group = Group::settings,
                                                  .summary = kCgroupSummary,
                                                  .description = kNotYet,
                                                  .operands = kCgroupOperands,
                                                  .examples = kCgroupExamples,
                                                  .gives = Gives::lxc_status,
                                                  .run = kRun},
                                      .standing = Standing::cannot,
                                      .note = kNote,
                                      .test = kTest};

extern const LxcCommand kLxcFreeze;
constinit const LxcCommand kLxcFreeze{.command = {.name = "lxc-freeze",
                                                  .whole = &kLxcFamily,
                                                  .group = Group::running,
                                                  .summary = kFreezeSummary,
                                                  .description = kNotYet,
                                                  .operands = kOneContainer,
                                                  .examples = kFreezeExamples,
                                                  .gives = Gives::lxc_status,
                                                  .run = kRun},
                                      .standing = Standing::cannot,
                                      .note = kNote,
                                      .test = kTest};

extern const LxcCommand kLxcUnfreeze;
constinit const LxcCommand kLxcUnfreeze{.command = {.name = "lxc-unfreeze",
                                                    .whole = &kLxcFamily,
                                                    .group = Group::running,
                                                    .summary = kUnfreezeSummary,
                                                    .description = kNotYet,
                                                    .operands = kOneContainer,
                                                    .examples = kUnfreezeExamples,
                                                    .gives = Gives::lxc_status,
                                                    .run = kRun},
                                        .standing = Standing::cannot,
                                        .note = kNote,
                                        .test = kTest};

extern const LxcCommand kLxcTop;
constinit const LxcCommand kLxcTop{.command = {.name = "lxc-top",
                                               .whole = &kLxcPlainFamily,
                                               .group = Group::looking,
                                               .summary = kTopSummary,
                                               .description = kNotYet,
                                               .options = kTopOptions,
                                               .examples = kTopExamples,
                                               .gives = Gives::lxc_status,
                                               .run = kRun},
                                   .standing = Standing::cannot,
                                   .note = kNote,
                                   .test = kTest};

extern const Command kCgroup;
constinit const Command kCgroup{.name = "cgroup",
                                .group = Group::settings,
                                .summary = kCgroupSummary,
                                .description = kNotYet,
                                .operands = kCgroupOperands,
                                .examples = kOwnCgroupExamples,
                                .gives = Gives::lxc_status,
                                .run = kRun};

extern const Command kFreeze;
constinit const Command kFreeze{.name = "freeze",
                                .group = Group::running,
                                .summary = kFreezeSummary,
                                .description = kNotYet,
                                .operands = kOneContainer,
                                .examples = kOwnFreezeExamples,
                                .gives = Gives::lxc_status,
                                .run = kRun};

extern const Command kUnfreeze;
constinit const Command kUnfreeze{.name = "unfreeze",
                                  .group = Group::running,
                                  .summary = kUnfreezeSummary,
                                  .description = kNotYet,
                                  .operands = kOneContainer,
                                  .examples = kOwnUnfreezeExamples,
                                  .gives = Gives::lxc_status,
                                  .run = kRun};

extern const Command kTop;
constinit const Command kTop{.name = "top",
                             .group = Group::looking,
                             .summary = kTopSummary,
                             .description = kNotYet,
                             .options = kTopOptions,
                             .examples = kOwnTopExamples,
                             .gives = Gives::lxc_status,
                             .run = kRun};

}  // namespace cubby::cli
