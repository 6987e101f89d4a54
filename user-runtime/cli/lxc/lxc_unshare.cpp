#include <unistd.h>

#include "base/parse.h"
#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"
#include "cli/namespace_words.h"
#include "container/passwd.h"

namespace cubby::cli {
namespace {

constexpr uint64_t kLastId = UINT32_MAX - 1;

constexpr Option kOptions[] = {
    {.letter = 's',
     .name = "namespaces",
     .value = "FLAGS",
     .text = "new ones: USER, MOUNT, PID, UTSNAME, IPC, NETWORK, CGROUP, TIME, with | between them; USER must be "
             "there"},
    {.letter = 'u',
     .name = "user",
     .value = "UID",
     .text = "your id inside, a number or the name of a user of this host (default: 0)"},
    {.letter = 'H', .name = "hostname", .value = "NAME", .text = "with UTSNAME: the host name inside"},
    {.letter = 'i', .name = "ifname", .value = "NAME", .text = "an interface to be moved inside", .repeats = true},
    {.letter = 'd', .name = "daemon", .text = "do not wait for its end"},
    {.letter = 'M',
     .name = "remount",
     .text = "with MOUNT: /dev/shm of its own, and /proc and /dev/mqueue of a new PID and IPC"},
};

constexpr const char* kRootMoves = "only root can move an interface of the host";

constexpr OptionStanding kStandings[] = {
    {"ifname", Standing::cannot, kRootMoves},
    {"remount", Standing::works,
     "/proc with PID and /dev/mqueue with IPC only: else they are the host's own, and there"},
};

constexpr Example kExamples[] = {
    {"cubby lxc-unshare -s 'USER|UTSNAME' -H other -- hostname", "a host name of its own; cubby unshare has your ids"},
};

Result<NsSet> parse_flags(const Parsed& line) {
    NsSet set = TRY(parse_namespace_words(line.value_or("namespaces", ""), "could not parse command line: -s "));
    if (!set.has(Ns::user)) {
        return FAIL(Code::denied, "-s without USER needs root; add USER");
    }
    set.remove(Ns::user);  // it always has one
    return set;
}

// A number, or a name of the host's passwd.
Result<uint32_t> user_of(const std::string& text) {
    if (const auto number = parse_unsigned(text, kLastId, "-u")) {
        return static_cast<uint32_t>(*number);
    }
    const std::string user = TRY(parse_user(text));
    return TRY(find_guest_user(TRY(Root::at("/", Trust::guest)), user)).uid;
}

Result<int> run_unshare(const Context& context) {
    const Parsed& line = context.line;
    if (line.has("ifname")) {
        return FAIL(Code::unsupported, "--ifname: %s", kRootMoves);
    }
    MappedRequest request{.more = TRY(parse_flags(line)), .argv = line.tail()};
    const uint32_t uid = TRY(user_of(line.value_or("user", "0")));
    request.maps = IdMaps{{{uid, getuid(), 1}}, {{uid, getgid(), 1}}};
    request.uid = std::nullopt;  // the only id that there is
    request.gid = std::nullopt;
    if (const std::string* name = line.value("hostname")) {
        if (!request.more.has(Ns::uts)) {
            return FAIL(Code::usage, "-H needs UTSNAME in -s: it is the host's name else");
        }
        request.hostname = TRY(parse_hostname(*name));
    }
    request.remount = line.has("remount");
    request.background = line.has("daemon");
    if (request.remount && !request.more.has(Ns::mnt)) {
        return FAIL(Code::usage, "-M needs MOUNT in -s");
    }
    return run_mapped(request);
}

}  // namespace

extern const LxcCommand kLxcUnshare;
constinit const LxcCommand kLxcUnshare{
    .command = {.name = "lxc-unshare",
                .whole = &kLxcPlainFamily,
                .group = Group::host,
                .summary = "Run a command in new namespaces",
                .description = "Runs a command in new namespaces, as one user of a user namespace that has no other.",
                .operands = {.synopsis = "-s FLAGS [-- COMMAND...]",
                             .tail = Tail::command,
                             .complete = Complete::program},
                .options = kOptions,
                .examples = kExamples,
                .gives = Gives::lxc_status,
                .run = run_unshare},
    .note = "without -u you are root inside; lxc-unshare 5.0.2 leaves you nobody",
    .test = "tests/integration/test_lxc_more.py Namespaces.test_unshare",
    .options = kStandings,
};

}  // namespace cubby::cli
