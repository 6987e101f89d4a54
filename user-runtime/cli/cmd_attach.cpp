#include "cli/grammar.h"
#include "cli/namespace_words.h"
#include "cli/option_rows.h"
#include "cli/requests.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    kEnvironmentOption,
    {.name = "keep-env",
     .value = "NAME",
     .text = "let this variable of yours in. May be given several times",
     .repeats = true},
    kWorkdirOption,
    kUserOption,
    {.letter = 't', .name = "tty", .text = "give the command a terminal, even where standard input or output is none"},
    {.letter = 'T', .name = "no-tty", .text = "give it none; by default it has one where you have one"},
    {.name = "namespaces",
     .value = "LIST",
     .text =
         "enter only these of the container's, with commas between them: mnt, pid, net, ipc, uts, cgroup, time, and "
         "user always. With pid and without mnt, root of the container can reach this host's files through the "
         "command, with the container's ids"},
    {.name = "remount-proc-sys",
     .text = "where --namespaces leaves out mnt: /proc and /sys are those of the namespaces entered, for the command "
             "alone"},
    kNameOption,
};

constexpr Example kExamples[] = {
    {"cubby create demo && cubby start demo", "a running container"},
    {"cubby attach demo -- ls /", "a command in it"},
    {"echo hello | cubby attach demo -- cat", "standard input and output are connected as they are"},
    {"cubby destroy -f demo", "stop and remove it"},
};

constexpr ExitRow kExits[] = {{kOwnFailure, "cubby failed: there is no such container, or it does not run"}};

Result<int> run_attach(const Context& context) {
    const AttachRequest request = TRY(attach_request(context));
    return attach(TRY(context.places()), request);
}

}  // namespace

Result<AttachRequest> attach_request(const Context& context) {
    const Parsed& line = context.line;
    ContainerName name = TRY(context.name());
    std::vector<std::string> environment = TRY(environment_of(context));
    AttachRequest request{.name = std::move(name),
                          .argv = line.tail(),
                          .environment = std::move(environment),
                          .keep_environment = {},
                          .workdir = "",
                          .user = "",
                          .force_terminal = line.has("tty"),
                          .no_terminal = line.has("no-tty")};
    if (request.force_terminal && request.no_terminal) {
        return FAIL(Code::usage, "options -t and -T exclude each other");
    }
    request.remount_proc_sys = line.has("remount-proc-sys");
    if (const std::string* list = line.value("namespaces")) {
        request.namespaces = TRY(parse_namespaces(*list, ',', "--namespaces"));
    }
    if (request.remount_proc_sys && (!request.namespaces || request.namespaces->has(Ns::mnt))) {
        return FAIL(Code::usage,
                    "--remount-proc-sys is for a --namespaces that leaves out mnt; with the container's "
                    "mounts its own /proc and /sys are there");
    }
    for (const std::string& variable : line.values("keep-env")) {
        request.keep_environment.push_back(TRY(parse_variable_name(variable)));
    }
    if (const std::string* dir = line.value("workdir")) {
        request.workdir = TRY(parse_guest_path(*dir, "--workdir"));
    }
    if (const std::string* user = line.value("user")) {
        request.user = TRY(parse_user(*user));
    }
    return request;
}

extern const Command kAttach;
constexpr const char* kAliases[] = {"exec", "shell"};
constinit const Command kAttach{
    .name = "attach",
    .aliases = kAliases,
    .group = Group::running,
    .summary = "Run a command in a running container",
    .description =
        "Runs a command inside, or the login shell of its user, and ends with its exit status. It gets a terminal of "
        "its own where standard input and output are terminals, and else your pipes, byte for byte; your terminal "
        "itself never goes in, nor does your environment, except what -e and --keep-env name.",
    .operands = {.synopsis = "NAME [COMMAND...]",
                 .least = 1,
                 .most = 1,
                 .tail = Tail::command,
                 .complete = Complete::container},
    .options = kOptions,
    .examples = kExamples,
    .exits = kExits,
    .gives = Gives::command_status,
    .run = run_attach,
};

}  // namespace cubby::cli
