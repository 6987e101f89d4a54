#include <csignal>

#include "base/parse.h"
#include "cli/context.h"
#include "cli/lxc/log.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"
#include "cli/lxc/start_options.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'd', .name = "daemon", .text = "run it in the background"},
    kLxcRcfileOption,
    kLxcDefineOption,
    {.letter = 'u', .name = "uid", .value = "UID", .text = "run the command as this user of the container"},
    {.letter = 'g', .name = "gid", .value = "GID", .text = "run it as this group"},
    {.name = "share-net", .value = "NAME|PID", .text = "enter the network namespace of that container or process"},
    {.name = "share-ipc", .value = "NAME|PID", .text = "enter its ipc namespace"},
    {.name = "share-uts", .value = "NAME|PID", .text = "enter its namespace of host names"},
    {.name = "share-pid", .value = "NAME|PID", .text = "enter its pid namespace"},
};

constexpr Example kExamples[] = {
    {"cubby lxc-create demo -t busybox && cubby lxc-execute demo -- hostname", "a command instead of its init"},
    {"cubby lxc-destroy demo", "remove it; cubby destroy demo is the same"},
};

constexpr ExitRow kExits[] = {
    {kOk, "the command ended with 0; any other status of its own is passed on, 128 + N for signal N"}};

constexpr uint64_t kLastId = UINT32_MAX - 1;

Status add_id(const Context& context, const char* option, std::vector<Setting>& settings) {
    if (const std::string* text = context.line.value(option)) {
        TRY(parse_unsigned(*text, kLastId, option));
        settings.push_back({std::string("lxc.init.") + option, *text});
    }
    return {};
}

Result<int> run_execute(const Context& context) {
    const Places places = TRY(context.places());
    StartRequest request = TRY(lxc_start_request(context));
    request.settings.push_back({"cubby.init.reaper", "1"});
    request.pipes = true;
    TRY(add_id(context, "uid", request.settings));
    TRY(add_id(context, "gid", request.settings));
    if (request.init.empty()) {
        const auto configured = config_get(places, request.name, "lxc.execute.cmd");
        request.init = configured ? TRY(split_command(*configured)) : std::vector<std::string>{};
    }
    if (request.init.empty()) {
        return FAIL(Code::usage, "no command is given, and no lxc.execute.cmd; usage: lxc-execute NAME -- COMMAND");
    }
    if (context.line.has("daemon")) {
        const Started started = TRY(start(places, request));
        lxc_log(context, LogLevel::info, "started as process " + std::to_string(started.pid));
        return kOk;
    }
    const int status = TRY(start_foreground(places, request));
    if (const auto found = inspect(places, request.name); found && found->summary.defined) {
        lxc_log(context, LogLevel::info, "ended with status " + std::to_string(status));
    }
    return status;
}

}  // namespace

extern const LxcCommand kLxcExecute;
constinit const LxcCommand kLxcExecute{
    .command = {.name = "lxc-execute",
                .whole = &kLxcFamily,
                .group = Group::running,
                .summary = "Run a command in a container of its own",
                .description = "Starts the container with a small init and the command below it, and ends with the "
                               "command's status. With -f FILE the container need not exist.",
                .operands = {.synopsis = "NAME [-- COMMAND...]",
                             .least = 1,
                             .most = 1,
                             .tail = Tail::command,
                             .complete = Complete::container},
                .options = kOptions,
                .examples = kExamples,
                .exits = kExits,
                .gives = Gives::lxc_status,
                .run = run_execute},
    .note =
        "a command that a signal ended gives 128 + N; lxc-execute kills itself with it, which a shell shows as the same",
    .test = "tests/integration/test_lxc_life.py Life.test_execute",
};

}  // namespace cubby::cli
