#include <cstdlib>

#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/namespace_words.h"

namespace cubby::cli {
namespace {

constexpr Example kExamples[] = {
    {"cubby unshare id", "you are root there, and your subordinate ids are users"},
    {"cubby create demo && cubby unshare ls -ln ~/.local/share/lxc/demo",
     "a container's files, with the ids that they have there"},
    {"cubby destroy demo", "remove it"},
    {"cubby unshare --namespaces pid --remount ps", "a command that sees its own processes only"},
};

constexpr Option kOptions[] = {
    {.name = "namespaces",
     .value = "LIST",
     .text = "further new namespaces, with commas between them: pid, net, ipc, uts, cgroup, time; of a new pid "
             "namespace the command is process 1"},
    {.name = "hostname", .value = "NAME", .text = "with uts: the host name inside"},
    {.name = "remount", .text = "/dev/shm of its own, and /proc and /dev/mqueue of a new pid and ipc namespace"},
    {.letter = 'd', .name = "daemon", .text = "do not wait for the command's end"},
};

Result<MappedRequest> request_of(const Parsed& line) {
    MappedRequest request{.argv = line.tail()};
    if (const std::string* list = line.value("namespaces")) {
        request.more = TRY(parse_namespaces(*list, ',', "--namespaces"));
        request.more.remove(Ns::user);  // it is in the one of all containers
    }
    // A mount namespace of its own lets the command mount what it likes, and nothing of it stays.
    request.more.add(Ns::mnt);
    request.uid = std::nullopt;
    request.gid = std::nullopt;
    if (const std::string* name = line.value("hostname")) {
        if (!request.more.has(Ns::uts)) {
            return FAIL(Code::usage, "--hostname needs uts in --namespaces: it is the host's name else");
        }
        request.hostname = TRY(parse_hostname(*name));
    }
    request.remount = line.has("remount");
    request.background = line.has("daemon");
    if (request.argv.empty()) {
        const char* shell = getenv("SHELL");
        request.argv.emplace_back(shell != nullptr && *shell == '/' ? shell : "/bin/sh");
    }
    return request;
}

Result<int> run_unshare(const Context& context) { return run_mapped(TRY(request_of(context.line))); }

}  // namespace

extern const Command kUnshare;
constinit const Command kUnshare{
    .name = "unshare",
    .group = Group::host,
    .summary = "Run a command in your id-mapped namespace",
    .description =
        "Runs a command, or your shell, as root of the user namespace that all your containers belong to. "
        "There you may look at, change and remove the files of your containers whose owners are "
        "subordinate ids. It is no container: the command sees this host's files and processes.",
    .operands = {.synopsis = "[COMMAND...]", .tail = Tail::command, .complete = Complete::program},
    .options = kOptions,
    .examples = kExamples,
    .gives = Gives::command_status,
    .run = run_unshare,
};

}  // namespace cubby::cli
