// cubby-monitor LXCPATH NAME [--timings] [--orphan]
//
// --orphan: goes on in a child, for a parent that lives on and waits for nobody.
//
// One process for each container that cubby start made.  Standard input is the configuration document; standard output
// carries one start report (monitor/report.h) and is closed then.

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "assembly/assemble.h"
#include "assembly/holder.h"
#include "base/log.h"
#include "config/lxc/compile.h"
#include "kernel/memory.h"
#include "kernel/memory_file.h"
#include "kernel/own_thread.h"
#include "monitor/begin.h"
#include "monitor/confinement.h"
#include "monitor/instance.h"
#include "monitor/report.h"
#include "storage/holder_trees.h"
#include "storage/registry.h"

namespace cubby {
namespace {

constexpr int kIdleMs = 100;

struct Arguments {
    std::string lxcpath;
    ContainerName name;
    bool timings = false;
    bool orphan = false;
};

Result<Arguments> parse_arguments(int argc, char** argv) {
    if (argc < 3) {
        return FAIL(Code::usage, "cubby-monitor is started by cubby start");
    }
    ContainerName name = TRY(ContainerName::parse(argv[2]));
    Arguments arguments{argv[1], std::move(name)};
    for (int at = 3; at < argc; ++at) {
        if (strcmp(argv[at], "--timings") == 0) {
            arguments.timings = true;
        } else if (strcmp(argv[at], "--orphan") == 0) {
            arguments.orphan = true;
        } else {
            return FAIL(Code::usage, "cubby-monitor is started by cubby start");
        }
    }
    return arguments;
}

void point_at_null(int from, int to) noexcept {
    const Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    for (int fd = from; fd <= to; ++fd) {
        dup2(null.get(), fd);
    }
}

StartReport report_of(const launch::Launched& launched, const StartPlan& plan) {
    StartReport report{launched.pid, launched.lost, {}};
    for (size_t at = 0; at < launched.microseconds.size(); ++at) {
        report.times.emplace_back(launched.microseconds[at], describe(plan.steps()[at].step));
    }
    return report;
}

// lxc.ephemeral: the container's files go when it stops.
Status destroy_ephemeral(const Arguments& arguments, const ContainerSpec& spec, const HostFacts& facts) {
    const Holder holder = TRY(ensure_holder());
    const IdMaps maps = effective_maps(spec, facts);
    ContainerIds ids;
    ids.holder = holder.user_namespace.get();
    ids.maps.uids = TRY(translate(maps.uids, facts.holder.uids, "lxc.idmap u"));
    ids.maps.gids = TRY(translate(maps.gids, facts.holder.gids, "lxc.idmap g"));
    TRY(TRY(backend_of(spec.rootfs))->destroy(spec.rootfs, ids));
    const std::vector<std::string> paths{arguments.lxcpath + "/" + arguments.name.str()};
    return delete_in_holder(ids.holder, paths);
}

// The life of one container in this process, over reboots.
class Session {
  public:
    Session(Arguments arguments, Root directory, RunningMark mark) noexcept
        : arguments_(std::move(arguments)), directory_(std::move(directory)), mark_(std::move(mark)) {}

    Status start(const std::string& document);
    [[gnu::hot]] Status live();
    // Removes the traces of a running container.
    void give_up() {
        if (monitor_) {
            monitor_->close_socket();
        }
        if (marked_) {
            mark_->end(directory_);
        }
        marked_ = false;  // from now on the file is another monitor's
    }
    [[nodiscard]] const StartReport& report() const noexcept { return report_; }

  private:
    Status begin_once(const HostFacts& facts);
    Status serve();
    Status listen_again();
    void on_signal(int signal);
    void on_end(ExitStatus status);
    void run_end_hooks(ExitStatus status);
    Status remove_ephemeral();

    Arguments arguments_;
    Root directory_;
    std::optional<RunningMark> mark_;
    std::optional<ContainerSpec> spec_;
    std::optional<HostHooks> hooks_;
    std::optional<RunLog> log_;
    HostFacts facts_;
    StartReport report_;
    std::optional<EventLoop> loop_;
    std::optional<Monitor> monitor_;
    std::optional<Ruleset> rules_;  // none: a kernel without Landlock
    Fd signals_;
    Fd document_;  // the configuration's text, for those who ask what it runs with
    bool again_ = false;
    bool ended_ = false;  // the container, so that nobody listens for it any more
    bool marked_ = true;
    bool deaf_ = false;  // the runtime directory was lost, and the control socket with it
};

Status Session::start(const std::string& document) {
    const auto parsed =
        TRY(lxc::Document::parse(document, arguments_.lxcpath + "/" + arguments_.name.str() + "/config"));
    auto compiled = TRY(lxc::compile(parsed, arguments_.name, arguments_.lxcpath + "/" + arguments_.name.str()));
    spec_ = std::move(compiled.spec);
    log_ = TRY(RunLog::open(*spec_, arguments_.lxcpath + "/" + arguments_.name.str()));
    hooks_ = TRY(HostHooks::begin(*spec_));
    document_ = TRY(memory_file("cubby-config", document));
    facts_ = TRY(enter_holder());
    loop_ = TRY(EventLoop::make());
    constexpr std::array<int, 5> kSignals{SIGTERM, SIGINT, SIGHUP, kListenSignal, SIGPIPE};
    signals_ = TRY(open_signals(kSignals));
    TRY(loop_->watch(signals_.get(), EPOLLIN, [this](uint32_t) { on_signal(next_signal(signals_.get())); }));
    if (auto begun = begin_once(facts_); !begun) {
        log_->line(log::Level::error, "start", begun.error().text);
        return begun;
    }
    return mark_->sign();
}

Status Session::begin_once(const HostFacts& facts) {
    const StartPlan plan = TRY(assemble(*spec_, facts));
    const Fd null = TRY(open_named("/dev/null", O_RDWR));
    BeginOptions options{{null.get(), null.get(), null.get()}, arguments_.timings, false, &*hooks_, &*log_};
    for (const PlannedStep& planned : plan.steps()) {
        log_->line(log::Level::trace, "plan", describe(planned.step));
    }
    MonitorInput input = TRY(begin_container(*spec_, facts, plan, arguments_.lxcpath, std::move(options)));
    input.document = document_.get();
    report_ = report_of(input.launched, plan);
    log_->line(log::Level::info, "start", "running as process " + std::to_string(report_.pid));
    for (const std::string& lost : report_.lost) {
        log_->line(log::Level::warn, "start", lost);
    }
    monitor_.emplace(std::move(input));
    monitor_->on_end([this](ExitStatus status) { on_end(status); });
    TRY(monitor_->begin(*loop_));
    ended_ = false;
    rules_ = TRY(monitor_rules(directory_, monitor_->sockets(), spec_->console));
    return {};
}

void Session::on_signal(int signal) {
    if (signal == SIGTERM || signal == SIGINT) {
        // A first one asks the container to stop, a second one does not ask.
        const bool asked = monitor_->state() == State::stopping;
        static_cast<void>(
            monitor_->order_stop(asked ? protocol::StopMode::kill : protocol::StopMode::halt).has_value());
    } else if (signal == kListenSignal) {
        deaf_ = true;  // done outside of the rules
        loop_->stop();
    }
}

// Before anybody is told that it stopped: who waits for that may start it at once.  What fails here is logged only.
void Session::run_end_hooks(ExitStatus status) {
    log_->line(log::Level::info, "stop", "ended with " + std::to_string(status.shell_code()));
    const std::vector<std::string> target{again_ ? "LXC_TARGET=reboot" : "LXC_TARGET=stop"};
    for (const Hook hook : {Hook::stop, Hook::post_stop}) {
        run_late_hook(*hooks_, hook, target, &*log_);
    }
}

Status Session::remove_ephemeral() {
    run_late_hook(*hooks_, Hook::destroy, {}, &*log_);
    return destroy_ephemeral(arguments_, *spec_, facts_);
}

void Session::on_end(ExitStatus status) {
    ended_ = true;
    // reboot(2) in a pid namespace ends its PID 1 by SIGHUP for a restart and by SIGINT for a halt.
    again_ = status.signaled && (status.value == SIGHUP || (status.value == SIGINT && monitor_->rebooting()));
    run_end_hooks(status);
    if (!again_) {
        const bool halted = status.signaled && status.value == SIGINT;
        static_cast<void>(write_last_exit(directory_, halted ? 0 : status.shell_code()).has_value());
        if (spec_->lifecycle.ephemeral) {
            static_cast<void>(mark_for_removal(directory_).has_value());
        }
        give_up();
    }
    loop_->stop();
}

Status Session::listen_again() {
    deaf_ = false;
    loop_->resume();
    if (auto sockets = socket_dir(arguments_.lxcpath)) {
        if (monitor_->listen_again(*loop_, std::move(*sockets))) {
            rules_ = TRY(monitor_rules(directory_, monitor_->sockets(), spec_->console));
        }
    }
    return {};
}

// Everything that comes from outside is handled in a thread that can open next to nothing.  Landlock holds for a thread
// and for good, and forbids mounts; the thread ends with the container, so a reboot starts it from one without.
Status Session::serve() {
    return in_own_thread([this]() -> Status {
        if (rules_) {
            TRY(rules_->enter());
        }
        return loop_->run();
    });
}

Status Session::live() {
    for (;;) {
        // What a start, an answer or a line of the console took; nothing may happen again for days.
        loop_->on_idle(kIdleMs, release_memory);
        TRY(serve());
        // Whoever misses the socket while the end is worked on finds another one after a restart, or none to miss.
        if (deaf_ && !ended_) {
            TRY(listen_again());
            continue;
        }
        deaf_ = false;
        if (!again_) {
            return spec_->lifecycle.ephemeral ? remove_ephemeral() : Status{};
        }
        monitor_.reset();
        loop_ = TRY(EventLoop::make());
        TRY(loop_->watch(signals_.get(), EPOLLIN, [this](uint32_t) { on_signal(next_signal(signals_.get())); }));
        TRY(begin_once(facts_));
    }
}

Status monitor_main(const Arguments& arguments) {
    const std::string document = TRY(read_all(STDIN_FILENO, lxc::kMaxTextBytes, "the configuration"));
    const Root containers = TRY(Root::at(arguments.lxcpath));
    Root directory = TRY(containers.enter(TRY(RelPath::component(arguments.name.str()))));
    RunningMark mark = TRY(RunningMark::take(directory, arguments.name));
    Session session(arguments, std::move(directory), std::move(mark));
    if (auto started = session.start(document); !started) {
        session.give_up();
        return started;
    }
    // Where the command that waits for it was killed, the container runs all the same.
    static_cast<void>(write_all(STDOUT_FILENO, encode_report(session.report()), "the start report").has_value());
    point_at_null(0, 2);
    auto lived = session.live();
    if (!lived) {
        session.give_up();
    }
    return lived;
}

}  // namespace
}  // namespace cubby

int main(int argc, char** argv) {
    using namespace cubby;
    const auto arguments = parse_arguments(argc, argv);
    if (arguments && arguments->orphan) {
        if (const pid_t child = fork(); child != 0) {
            return child > 0 ? 0 : 2;
        }
    }
    umask(077);
    setsid();
    if (chdir("/") != 0) {
        return 2;
    }
    prctl(PR_SET_NAME, "cubby-monitor");
    const Status ended = arguments ? monitor_main(*arguments) : Status(std::unexpected(arguments.error()));
    if (!ended) {
        const std::string failure = encode_failure(ended.error());
        return write_all(STDOUT_FILENO, failure, "the start report").has_value() ? 1 : 2;
    }
    return 0;
}
