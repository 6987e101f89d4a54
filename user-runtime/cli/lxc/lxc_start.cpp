#include <unistd.h>

#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/lxc/log.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"
#include "cli/lxc/start_options.h"
#include "kernel/root.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'd', .name = "daemon", .text = "start it in the background (the default)"},
    {.letter = 'F', .name = "foreground", .text = "this terminal is its console; ends when it ends"},
    {.letter = 'p',
     .name = "pidfile",
     .value = "FILE",
     .text = "write the number of its monitor's process into FILE",
     .complete = Complete::file},
    kLxcRcfileOption,
    {.letter = 'c',
     .name = "console",
     .value = "FILE",
     .text = "a device or file for its console",
     .complete = Complete::file},
    {.letter = 'L',
     .name = "console-log",
     .value = "FILE",
     .text = "write what comes on its console into FILE",
     .complete = Complete::file},
    {.letter = 'C', .name = "close-all-fds", .text = "nothing: no descriptor of yours ever goes in"},
    kLxcDefineOption,
    {.name = "share-net", .value = "NAME|PID", .text = "enter the network namespace of that container or process"},
    {.name = "share-ipc", .value = "NAME|PID", .text = "enter its ipc namespace"},
    {.name = "share-uts", .value = "NAME|PID", .text = "enter its namespace of host names"},
    {.name = "share-pid", .value = "NAME|PID", .text = "enter its pid namespace"},
};

constexpr OptionStanding kStandings[] = {
    {"close-all-fds", Standing::accepted, "no descriptor goes in without it either"},
};

constexpr const char* kAliases[] = {"lxc-unpriv-start"};  // Debian's wrapper around systemd-run, which is not needed

constexpr Example kExamples[] = {
    {"cubby lxc-create demo -t busybox && cubby lxc-start demo", "a running container"},
    {"cubby lxc-destroy -f demo", "stop and remove it; cubby destroy -f demo is the same"},
};

constexpr ExitRow kExits[] = {{kOk, "it was started, or was running already"}};

Result<bool> is_running(const Places& places, const ContainerName& name) {
    const auto found = inspect(places, name);
    return found && found->summary.state != State::stopped;
}

Status write_pidfile(const Context& context, const Places& places, const ContainerName& name) {
    const std::string* file = context.line.value("pidfile");
    if (file == nullptr) {
        return {};
    }
    const Info info = TRY(inspect(places, name));
    const Fd out = TRY(open_named(*file, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY, 0644));
    return write_all(out.get(), std::to_string(info.monitor_pid) + "\n", "the pid file");
}

Result<int> run_background(const Context& context, const Places& places, const StartRequest& request) {
    const auto started = start(places, request);
    if (!started) {
        lxc_error(context, started.error().message());
        lxc_error(context, "The container failed to start");
        lxc_error(context, "To get more details, run the container in foreground mode");
        lxc_error(context, "Additional information can be obtained by setting the --logfile and --logpriority options");
        return kFailure;
    }
    lxc_log(context, LogLevel::info, "started as process " + std::to_string(started->pid));
    for (const std::string& lost : started->lost) {
        lxc_log(context, LogLevel::warn, lost);
    }
    TRY(write_pidfile(context, places, request.name));
    return kOk;
}

Result<int> run_start(const Context& context) {
    const Places places = TRY(context.places());
    const StartRequest request = TRY(lxc_start_request(context));
    if (TRY(is_running(places, request.name))) {
        lxc_error(context, "Container is already running");
        return kOk;
    }
    if (!context.line.has("foreground")) {
        return run_background(context, places, request);
    }
    if (context.line.has("daemon")) {
        return FAIL(Code::usage, "-d and -F exclude each other");
    }
    // LXC's own exit status says that the container ran, not how its first process ended.
    TRY(start_foreground(places, request));
    return kOk;
}

}  // namespace

extern const LxcCommand kLxcStart;
constinit const LxcCommand kLxcStart{
    .command = {.name = "lxc-start",
                .whole = &kLxcFamily,
                .aliases = kAliases,
                .group = Group::running,
                .summary = "Start a container",
                .description =
                    "Starts a container in the background, or with -F in the foreground. Words after -- replace "
                    "its init. One that runs already is left as it is: an error text, and exit status 0.",
                .operands = {.synopsis = "NAME [-- INIT...]",
                             .least = 1,
                             .most = 1,
                             .tail = Tail::command,
                             .complete = Complete::container},
                .options = kOptions,
                .examples = kExamples,
                .exits = kExits,
                .gives = Gives::lxc_status,
                .run = run_start},
    .note = "needs no control group of its own, so no systemd-run around it",
    .test = "tests/integration/test_lxc_life.py Life.test_start",
    .options = kStandings,
};

}  // namespace cubby::cli
