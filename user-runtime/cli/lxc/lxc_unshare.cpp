#include <unistd.h>

#include <algorithm>

#include "base/parse.h"
#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"

namespace cubby::cli {
namespace {

constexpr uint64_t kLastId = UINT32_MAX - 1;

constexpr Option kOptions[] = {
    {.letter = 's',
     .name = "namespaces",
     .value = "FLAGS",
     .text = "new ones: USER, MOUNT, PID, UTSNAME, IPC, NETWORK, CGROUP, with | between them; USER must be there"},
    {.letter = 'u', .name = "user", .value = "UID", .text = "your id inside (default: 0)"},
    {.letter = 'H', .name = "hostname", .value = "NAME", .text = "with UTSNAME: the host name inside"},
    {.letter = 'i', .name = "ifname", .value = "NAME", .text = "an interface to be moved inside", .repeats = true},
    {.letter = 'd', .name = "daemon", .text = "do not wait for its end"},
    {.letter = 'M', .name = "remount", .text = "with MOUNT: /proc, /dev/shm and /dev/mqueue of its own"},
};

constexpr OptionStanding kStandings[] = {
    {"ifname", Standing::cannot, "only root can move an interface of the host"},
    {"daemon", Standing::cannot, "nothing would watch over it: lxc-execute -d runs a container in the background"},
};

constexpr Example kExamples[] = {
    {"cubby lxc-unshare -s 'USER|UTSNAME' -H other -- hostname", "a host name of its own; cubby unshare has your ids"},
};

struct Flag {
    std::string_view word;
    Ns ns;
};
constexpr Flag kFlags[] = {{"USER", Ns::user}, {"MOUNT", Ns::mnt},   {"PID", Ns::pid},      {"UTSNAME", Ns::uts},
                           {"IPC", Ns::ipc},   {"NETWORK", Ns::net}, {"CGROUP", Ns::cgroup}};

Result<NsSet> parse_flags(const Parsed& line) {
    NsSet set;
    const std::string words = line.value_or("namespaces", "");
    for (const std::string_view word : split_fields(words, '|')) {
        const auto* found = std::ranges::find(kFlags, word, &Flag::word);
        if (found == std::end(kFlags)) {
            return FAIL(Code::usage,
                        "could not parse command line: -s '%.40s' is none of USER, MOUNT, PID, UTSNAME, IPC, "
                        "NETWORK and CGROUP",
                        printable(word).c_str());
        }
        set.add(found->ns);
    }
    if (!set.has(Ns::user)) {
        return FAIL(Code::denied, "-s without USER needs root; add USER");
    }
    set.remove(Ns::user);  // it always has one
    return set;
}

Result<int> run_unshare(const Context& context) {
    const Parsed& line = context.line;
    for (const OptionStanding& row : kStandings) {
        if (line.has(row.option)) {
            return FAIL(Code::unsupported, "--%s: %s", row.option, row.note);
        }
    }
    MappedRequest request{.maps = {}, .more = TRY(parse_flags(line)), .argv = line.tail()};
    const auto uid = static_cast<uint32_t>(TRY(parse_unsigned(line.value_or("user", "0"), kLastId, "-u")));
    request.maps = {{{uid, getuid(), 1}}, {{uid, getgid(), 1}}};
    request.uid = std::nullopt;  // the only id that there is
    request.gid = std::nullopt;
    if (const std::string* name = line.value("hostname")) {
        if (!request.more.has(Ns::uts)) {
            return FAIL(Code::usage, "-H needs UTSNAME in -s: it is the host's name else");
        }
        request.hostname = TRY(parse_hostname(*name));
    }
    request.remount = line.has("remount");
    if (request.remount && !(request.more.has(Ns::mnt) && request.more.has(Ns::pid))) {
        return FAIL(Code::usage, "-M needs MOUNT and PID in -s");
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
