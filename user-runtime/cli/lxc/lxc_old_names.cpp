// Commands of LXC 0.9 and 1.0 that later ones took over, and Debian's two wrappers.

#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/lxc/log.h"
#include "cli/lxc/missing.h"
#include "cli/lxc/options.h"
#include "cli/lxc/registry.h"
#include "cli/lxc/row.h"
#include "cli/version.h"

namespace cubby::cli {
namespace {

constexpr const char* kTest = "tests/integration/test_lxc_more.py OldNames.test_old_names";

constexpr Option kShutdownOptions[] = {
    {.letter = 'w', .name = "wait", .text = "wait for its end (what it always does)"},
    {.letter = 'r', .name = "reboot", .text = "ask it to start anew"},
    {.letter = 't',
     .name = "timeout",
     .value = "SECONDS",
     .text = "kill it when it has not ended by then (default: 60)"},
};

constexpr Example kKillExamples[] = {{"cubby lxc-kill --help", "cubby stop -k is the same"}};
constexpr Example kShutdownExamples[] = {{"cubby lxc-shutdown --help", "cubby stop is the same"}};
constexpr Example kRestartExamples[] = {{"cubby lxc-restart --help", "cubby stop --reboot is the same"}};
constexpr Example kPsExamples[] = {{"cubby lxc-ps --help", "cubby attach NAME -- ps is the same"}};
constexpr Example kNetstatExamples[] = {{"cubby lxc-netstat --help", "cubby attach NAME -- netstat is the same"}};
constexpr Example kVersionExamples[] = {{"cubby lxc-version", "the version of LXC whose behaviour this is"}};
constexpr Example kSetcapExamples[] = {{"cubby lxc-setcap --help", "cubby doctor tells what is needed"}};
constexpr Example kSetuidExamples[] = {{"cubby lxc-setuid --help", "cubby doctor tells what is needed"}};

// 2: it was not running, as lxc-stop.
Result<int> stop_it(const Context& context, StopRequest request) {
    request.timeout_s = TRY(parse_seconds(context.line.value_or("timeout", "60"), true));
    const auto stopped = stop(TRY(context.places()), request);
    if (!stopped && stopped.error().code != Code::not_found) {
        return std::unexpected(stopped.error());
    }
    if (!stopped || !*stopped) {
        lxc_error(context, request.name.str() + " is not running");
        return 2;
    }
    return kOk;
}

Result<int> run_kill(const Context& context) { return stop_it(context, {.name = TRY(context.name()), .kill = true}); }

Result<int> run_shutdown(const Context& context) {
    return stop_it(context, {.name = TRY(context.name()), .reboot = context.line.has("reboot")});
}

Result<int> run_restart(const Context& context) {
    return stop_it(context, {.name = TRY(context.name()), .reboot = true});
}

// The program inside, with the words after "--".
Result<int> run_inside(const Context& context, const char* program) {
    AttachRequest request{.name = TRY(context.name()),
                          .argv = {program},
                          .environment = {},
                          .keep_environment = {},
                          .workdir = {},
                          .user = {}};
    request.argv.insert(request.argv.end(), context.line.tail().begin(), context.line.tail().end());
    return attach(TRY(context.places()), request);
}

Result<int> run_ps(const Context& context) { return run_inside(context, "ps"); }
Result<int> run_netstat(const Context& context) { return run_inside(context, "netstat"); }

Result<int> run_version(const Context&) {
    TRY(print(std::string("lxc version: ") + kLxcVersionLine));
    return kOk;
}

constexpr Operands kWithTail{.synopsis = "NAME [-- OPTIONS...]",
                             .least = 1,
                             .most = 1,
                             .tail = Tail::after_dashes,
                             .complete = Complete::container};

}  // namespace

extern const LxcCommand kLxcKill;
constinit const LxcCommand kLxcKill{.command = {.name = "lxc-kill",
                                                .whole = &kLxcFamily,
                                                .group = Group::running,
                                                .summary = "Kill a container",
                                                .description = "What lxc-stop -k does.",
                                                .operands = kOneContainer,
                                                .examples = kKillExamples,
                                                .gives = Gives::lxc_status,
                                                .run = run_kill},
                                    .note = "of LXC 0.9; sends no other signal than SIGKILL",
                                    .test = kTest};

extern const LxcCommand kLxcShutdown;
constinit const LxcCommand kLxcShutdown{.command = {.name = "lxc-shutdown",
                                                    .whole = &kLxcFamily,
                                                    .group = Group::running,
                                                    .summary = "Stop a container",
                                                    .description = "What lxc-stop does.",
                                                    .operands = kOneContainer,
                                                    .options = kShutdownOptions,
                                                    .examples = kShutdownExamples,
                                                    .gives = Gives::lxc_status,
                                                    .run = run_shutdown},
                                        .note = "of LXC 0.9",
                                        .test = kTest};

extern const LxcCommand kLxcRestart;
constinit const LxcCommand kLxcRestart{.command = {.name = "lxc-restart",
                                                   .whole = &kLxcFamily,
                                                   .group = Group::running,
                                                   .summary = "Start a container anew",
                                                   .description = "What lxc-stop -r does.",
                                                   .operands = kOneContainer,
                                                   .examples = kRestartExamples,
                                                   .gives = Gives::lxc_status,
                                                   .run = run_restart},
                                       .note = "a stub in LXC 0.9",
                                       .test = kTest};

extern const LxcCommand kLxcPs;
constinit const LxcCommand kLxcPs{
    .command = {.name = "lxc-ps",
                .whole = &kLxcFamily,
                .group = Group::looking,
                .summary = "List a container's processes",
                .description = "Runs ps inside; what follows -- is its own.",
                .operands = kWithTail,
                .examples = kPsExamples,
                .gives = Gives::lxc_status,
                .run = run_ps},
    .note = "of LXC 0.9; runs the container's ps, and sees it with the container's process ids",
    .test = kTest};

extern const LxcCommand kLxcNetstat;
constinit const LxcCommand kLxcNetstat{.command = {.name = "lxc-netstat",
                                                   .whole = &kLxcFamily,
                                                   .group = Group::looking,
                                                   .summary = "List a container's connections",
                                                   .description = "Runs netstat inside; what follows -- is its own.",
                                                   .operands = kWithTail,
                                                   .examples = kNetstatExamples,
                                                   .gives = Gives::lxc_status,
                                                   .run = run_netstat},
                                       .note = "of LXC 0.9; runs the container's netstat",
                                       .test = kTest};

extern const LxcCommand kLxcVersion;
constinit const LxcCommand kLxcVersion{
    .command = {.name = "lxc-version",
                .whole = &kLxcBareFamily,
                .group = Group::self,
                .summary = "Print LXC's version",
                .description = "Prints the version of LXC whose behaviour these commands have.",
                .examples = kVersionExamples,
                .gives = Gives::lxc_status,
                .run = run_version},
    .note = "of LXC 0.9",
    .test = kTest};

extern const LxcCommand kLxcSetcap;
constinit const LxcCommand kLxcSetcap{
    .command = {.name = "lxc-setcap",
                .whole = &kLxcBareFamily,
                .group = Group::host,
                .summary = "Give LXC's programs capabilities",
                .description = "Not needed: no program of cubby has capabilities for that.",
                .operands = {.synopsis = "[-d]", .most = 1},
                .examples = kSetcapExamples,
                .gives = Gives::lxc_status,
                .run = end_missing<Missing::set_user_bits>},
    .standing = Standing::cannot,
    .note = "of LXC 0.9; there is nothing to be set",
    .test = kTest};

extern const LxcCommand kLxcSetuid;
constinit const LxcCommand kLxcSetuid{
    .command = {.name = "lxc-setuid",
                .whole = &kLxcBareFamily,
                .group = Group::host,
                .summary = "Give LXC's programs the set-uid bit",
                .description = "Not needed: no program of cubby has a set-uid bit for that.",
                .operands = {.synopsis = "[-d]", .most = 1},
                .examples = kSetuidExamples,
                .gives = Gives::lxc_status,
                .run = end_missing<Missing::set_user_bits>},
    .standing = Standing::cannot,
    .note = "of LXC 0.9; there is nothing to be set",
    .test = kTest};

}  // namespace cubby::cli
