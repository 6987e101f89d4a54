#include "launch/attach.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/parse.h"
#include "container/environment.h"
#include "container/foreground.h"
#include "container/operations.h"
#include "container/passwd.h"
#include "container/store.h"
#include "kernel/installed.h"
#include "kernel/procfs.h"
#include "kernel/sealed_program.h"
#include "monitor/client.h"

namespace cubby {
namespace {

// What the monitor knows of its container.
struct Facts {
    protocol::AttachFacts plain;
    std::vector<std::vector<sock_filter>> filters;
    std::vector<LabelStep> labels;
    LandlockStep landlock;
    std::vector<std::string> environment;
    Fd pidfd;
    Fd devpts;
    pid_t pid = -1;
};

// The NUL-ended entries after the filters.
Status read_entries(std::string_view bytes, Facts& facts) {
    const auto entries = split_words(bytes, std::string_view("\0", 1));
    const size_t labels = size_t{4} * facts.plain.labels;
    const size_t readable = labels + facts.plain.readable;
    const size_t writable = readable + facts.plain.writable;
    if (writable > entries.size()) {
        return FAIL(Code::broken, "the monitor's description of its container is damaged");
    }
    for (size_t at = 0; at < labels; at += 4) {
        facts.labels.push_back({std::string(entries[at]), std::string(entries[at + 1]), std::string(entries[at + 2]),
                                std::string(entries[at + 3])});
    }
    for (size_t at = labels; at < entries.size(); ++at) {
        (at < readable   ? facts.landlock.readable
         : at < writable ? facts.landlock.writable
                         : facts.environment)
            .emplace_back(entries[at]);
    }
    return {};
}

Result<Facts> ask_facts(MonitorClient& client) {
    Facts facts;
    facts.pid = TRY(ask_status(client)).status.init_pid;
    auto reply = TRY(client.ask(protocol::Type::attach));
    std::string_view rest = reply.incoming.payload;
    facts.plain = TRY(protocol::read_as<protocol::AttachFacts>(rest));
    rest.remove_prefix(sizeof facts.plain);
    for (unsigned at = 0; at < facts.plain.filters; ++at) {
        const auto count = TRY(protocol::read_as<uint32_t>(rest));
        rest.remove_prefix(sizeof count);
        const size_t bytes = size_t{count} * sizeof(sock_filter);
        if (count == 0 || count > BPF_MAXINSNS || bytes > rest.size()) {
            return FAIL(Code::broken, "the monitor's description of its filters is damaged");
        }
        memcpy(facts.filters.emplace_back(count).data(), rest.data(), bytes);
        rest.remove_prefix(bytes);
    }
    TRY(read_entries(rest, facts));
    if (reply.frame.fds.size() != (facts.plain.has_devpts != 0 ? 2U : 1U)) {
        return FAIL(Code::broken, "the monitor gave the wrong descriptors");
    }
    facts.pidfd = std::move(reply.frame.fds[0]);
    if (facts.plain.has_devpts != 0) {
        facts.devpts = std::move(reply.frame.fds[1]);
    }
    return facts;
}

// The root directory of the container's first process, by its verified directory in /proc.
Result<Root> guest_root(const Facts& facts) {
    const ProcFs proc = TRY(ProcFs::open());
    const ProcFs process = TRY(proc.of_process(facts.pid, facts.pidfd.get()));
    return Root(TRY(process.open_root()), Trust::guest);
}

// What of the container's confinement the caller keeps; the rest is the container's own.
void elevate(const AttachRequest& request, Facts& facts) {
    for (LabelStep& label : facts.labels) {
        // As at the start: a host without the module has nothing to lift.
        label.optional = label.entry == "attr/apparmor/exec" && label.label == "unconfined";
    }
    if (request.more_capabilities) {
        facts.plain.capabilities = ~CapSet{0};
        facts.plain.no_new_privs = 0;
    }
    if (request.no_confinement) {
        facts.filters.clear();
        facts.labels.clear();
        facts.landlock = {};
    }
    if (!request.selinux_context.empty()) {
        std::erase_if(facts.labels, [](const LabelStep& label) { return label.entry == "attr/exec"; });
        facts.labels.push_back({"the context", "attr/exec", request.selinux_context, request.selinux_context});
    }
    if (request.namespaces) {
        const unsigned wanted = request.namespaces->bits();
        facts.plain.namespaces = static_cast<uint8_t>(facts.plain.namespaces & wanted);
    }
}

void add_environment(const AttachRequest& request, const GuestUser& user, const std::vector<std::string>& configured,
                     bool terminal, std::vector<std::string>& out) {
    out = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + user.home,
           "SHELL=" + user.shell, "container=lxc"};
    const char* term = getenv("TERM");
    if (terminal) {
        out.push_back(std::string("TERM=") + (term != nullptr ? term : "xterm"));
    }
    for (char** entry = environ; request.whole_environment && *entry != nullptr; ++entry) {
        out.emplace_back(*entry);
    }
    out.insert(out.end(), configured.begin(), configured.end());
    for (const std::string& name : request.keep_environment) {
        if (const char* value = getenv(name.c_str()); value != nullptr) {
            out.push_back(name + "=" + value);
        }
    }
    out.insert(out.end(), request.environment.begin(), request.environment.end());
    keep_last(out);
}

Result<int> relay_until_end(Foreground& foreground, int signals, launch::Launched launched) {
    EventLoop loop = TRY(EventLoop::make());
    TRY(loop.watch(signals, EPOLLIN, [&](uint32_t) { foreground.forward(next_signal(signals)); }));
    TRY(loop.watch(launched.pidfd.get(), EPOLLIN, [&](uint32_t) { loop.stop(); }));
    auto relayed = foreground.begin(loop, launched.pidfd.get(), std::move(launched.console));
    if (relayed) {
        relayed = loop.run();
    }
    foreground.finish();  // before the loop goes, whatever happened
    TRY(std::move(relayed));
    return TRY(wait_child(launched.pidfd.get())).shell_code();
}

}  // namespace

Result<int> attach(const Places& places, const AttachRequest& request) {
    const auto directory = open_container(places, request.name);
    auto client = MonitorClient::connect(places.lxcpath, request.name, directory ? &*directory : nullptr);
    if (!client) {
        const bool unknown = client.error().code == Code::wrong_state && !directory;
        return std::unexpected(unknown ? directory.error() : client.error());
    }
    Facts facts = TRY(ask_facts(*client));
    elevate(request, facts);
    const GuestUser user = TRY(find_guest_user(TRY(guest_root(facts)), request.user));
    const bool some = request.lxc_terminal && (isatty(0) == 1 || isatty(1) == 1 || isatty(2) == 1);
    const bool terminal = !request.no_terminal && (request.force_terminal || some || on_terminal());
    if (terminal && !facts.devpts) {
        return FAIL(Code::unsupported, "attach %s: the container has no devpts; -T attaches without a terminal",
                    request.name.c_str());
    }
    const auto foreground = TRY(Foreground::prepare(true));
    const Fd init = TRY(seal_program(TRY(installed_program("cubby-init"))));
    launch::AttachInput input;
    input.init_pidfd = facts.pidfd.get();
    input.namespaces = NsSet::from_bits(facts.plain.namespaces);
    input.init_program = init.get();
    input.argv = request.argv.empty() ? std::vector<std::string>{user.shell} : request.argv;
    add_environment(request, user, facts.environment, terminal, input.environment);
    input.cwd = request.argv.empty() ? user.home : "/";
    if (!request.workdir.empty()) {
        input.cwd = request.workdir;
    }
    input.identity = {user.uid, user.gid, {user.groups.begin(), user.groups.end()}, facts.plain.keep_groups != 0};
    input.keep_capabilities = facts.plain.capabilities;
    input.no_new_privs = facts.plain.no_new_privs != 0;
    input.new_keyring = facts.plain.new_keyring != 0;
    input.filters = facts.filters;
    input.labels = facts.labels;
    input.landlock = facts.landlock;
    input.processes = facts.plain.processes;
    input.devpts = terminal ? facts.devpts.get() : -1;
    input.stdio = foreground->stdio();
    // Before the program exists: a signal that comes from now on is handed to it and does not end this process.
    const Fd signals = TRY(open_signals(Foreground::kSignals));
    auto launched = launch::attach(input);
    if (!launched) {
        return std::unexpected(prefixed(launched.error(), "attach %s", request.name.c_str()));
    }
    return relay_until_end(*foreground, signals.get(), std::move(*launched));
}

}  // namespace cubby
