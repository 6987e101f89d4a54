#include <cstdlib>

#include "container/attach_facts.h"
#include "container/environment.h"
#include "container/foreground.h"
#include "container/operations.h"
#include "container/passwd.h"
#include "kernel/installed.h"
#include "kernel/procfs.h"
#include "kernel/sealed_program.h"
#include "security/labels.h"

namespace cubby {
namespace {

// The root directory of the container's first process, by its verified directory in /proc.
Result<Root> guest_root(const AttachFacts& facts) {
    const ProcFs proc = TRY(ProcFs::open());
    const ProcFs process = TRY(proc.of_process(facts.pid, facts.pidfd.get()));
    return Root(TRY(process.open_root()), Trust::guest);
}

// What of the container's confinement the caller keeps; the rest is the container's own.
Status elevate(const AttachRequest& request, AttachFacts& facts) {
    if (request.more_capabilities) {
        facts.plain.capabilities = ~CapSet{0};
        facts.plain.no_new_privs = 0;
    }
    if (request.no_confinement) {
        facts.filters.clear();
        facts.labels.clear();
        facts.landlock = {};
    }
    if (!request.label.empty()) {
        LabelStep label = TRY(security::label_for(label_module(), "the context", request.label));
        facts.labels = {std::move(label)};
    }
    if (request.namespaces) {
        const unsigned wanted = request.namespaces->bits();
        facts.plain.namespaces = static_cast<uint8_t>(facts.plain.namespaces & wanted);
    }
    return {};
}

// Ids by the container's names; home and shell are those of the files that it will see.
Result<GuestUser> user_of(const AttachRequest& request, const AttachFacts& facts) {
    GuestUser user = TRY(find_guest_user(TRY(guest_root(facts)), request.user));
    if (!NsSet::from_bits(facts.plain.namespaces).has(Ns::mnt)) {
        GuestUser here = TRY(find_guest_user(TRY(Root::at("/", Trust::guest)), std::to_string(user.uid)));
        user.shell = std::move(here.shell);
        user.home.assign(1, '/');  // that of the host's user of this number is not for the container's
    }
    return user;
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
    AttachFacts facts = TRY(ask_attach_facts(places, request.name));
    TRY(elevate(request, facts));
    const GuestUser user = TRY(user_of(request, facts));
    const bool some = request.lxc_terminal && (isatty(0) == 1 || isatty(1) == 1 || isatty(2) == 1);
    const bool terminal = !request.no_terminal && (request.force_terminal || some || on_terminal());
    if (terminal && !facts.devpts) {
        return FAIL(Code::unsupported, "attach %s: the container has no devpts; -T attaches without a terminal",
                    request.name.c_str());
    }
    const auto foreground = TRY(Foreground::prepare(true));
    if (!request.terminal_log.empty()) {
        foreground->record(TRY(open_named(request.terminal_log, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY, 0600)));
    }
    const Fd init = TRY(seal_program(TRY(installed_program("cubby-init"))));
    launch::AttachInput input = attach_input(facts);
    input.linux32 = request.linux32.value_or(input.linux32);
    input.remount_proc_sys = request.remount_proc_sys && !input.namespaces.has(Ns::mnt);
    input.init_program = init.get();
    input.argv = request.argv.empty() ? std::vector<std::string>{user.shell} : request.argv;
    add_environment(request, user, facts.environment, terminal, input.environment);
    input.cwd = request.argv.empty() ? user.home : "/";
    if (!request.workdir.empty()) {
        input.cwd = request.workdir;
    }
    input.identity = {user.uid, user.gid, {user.groups.begin(), user.groups.end()}, facts.plain.keep_groups != 0};
    input.devpts = terminal ? facts.devpts.get() : -1;
    input.stdio = foreground->stdio();
    // Before the program exists: a signal that comes from now on is handed to it and does not end this process.
    const Fd signals = TRY(open_signals(Foreground::kSignals));
    auto launched = launch::attach(input);
    facts.monitor.reset();
    if (!launched) {
        return std::unexpected(prefixed(launched.error(), "attach %s", request.name.c_str()));
    }
    return relay_until_end(*foreground, signals.get(), std::move(*launched));
}

}  // namespace cubby
