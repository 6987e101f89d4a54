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
#include <memory>

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

std::string directory_of(const Arguments& arguments) { return arguments.lxcpath + "/" + arguments.name.str(); }

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
    ContainerIds ids;
    ids.holder = holder.user_namespace.get();
    ids.maps = TRY(translate(effective_maps(spec, facts), facts.holder));
    TRY(TRY(backend_of(spec.rootfs))->destroy(spec.rootfs, ids));
    const std::vector<std::string> paths{directory_of(arguments)};
    return delete_in_holder(ids.holder, paths);
}

// What a start takes and each restart takes again.
struct Ground {
    ContainerSpec spec;
    lxc::Document configuration;
    RunLog log;
    Standing standing;
    Fd document;  // the configuration's text, for those who ask what it runs with
    Fd signals;
};

// The process is in the holder's namespace afterwards.
Result<Ground> prepare(const Arguments& arguments, const std::string& document) {
    const std::string directory = directory_of(arguments);
    auto parsed = TRY(lxc::Document::parse(document, directory + "/config"));
    auto compiled = TRY(lxc::compile(parsed, arguments.name, directory));
    RunLog log = TRY(RunLog::open(compiled.spec, directory));
    Standing standing = TRY(take_standing(compiled.spec));
    Fd text = TRY(memory_file("cubby-config", document));
    constexpr std::array<int, 5> kSignals{SIGTERM, SIGINT, SIGHUP, kListenSignal, SIGPIPE};
    Fd signals = TRY(open_signals(kSignals));
    return Ground{std::move(compiled.spec), std::move(parsed), std::move(log),
                  std::move(standing),      std::move(text),   std::move(signals)};
}

// The life of one container in this process, over reboots.
class Session {
  public:
    Session(Arguments arguments, Root directory, RunningMark mark, Ground ground, EventLoop loop) noexcept
        : arguments_(std::move(arguments)),
          directory_(std::move(directory)),
          mark_(std::move(mark)),
          ground_(std::move(ground)),
          loop_(std::move(loop)) {}

    Status start();
    [[gnu::hot]] Status live();
    // Removes the traces of a running container.
    void give_up() {
        if (monitor_) {
            monitor_->close_socket();
        }
        if (marked_) {
            mark_.end(directory_);
        }
        marked_ = false;  // from now on the file is another monitor's
    }
    [[nodiscard]] const StartReport& report() const noexcept { return report_; }

  private:
    Status begin_once();
    [[nodiscard]] Result<ContainerSpec> read_again() const;
    Status watch_signals();
    Status serve();
    Status listen_again();
    void on_signal(int signal);
    void on_end(ExitStatus status);
    void run_end_hooks(ExitStatus status);
    Status remove_ephemeral();

    Arguments arguments_;
    Root directory_;
    RunningMark mark_;
    Ground ground_;
    EventLoop loop_;
    StartReport report_;
    std::unique_ptr<Monitor> monitor_;  // none before the first start
    std::optional<Ruleset> rules_;      // none: a kernel without Landlock
    bool again_ = false;
    bool ended_ = false;  // the container, so that nobody listens for it any more
    bool marked_ = true;
    bool deaf_ = false;  // the runtime directory was lost, and the control socket with it
};

Status Session::start() {
    TRY(watch_signals());
    if (auto begun = begin_once(); !begun) {
        ground_.log.line(log::Level::error, "start", begun.error().text);
        return begun;
    }
    return mark_.sign();
}

Status Session::watch_signals() {
    return loop_.watch(ground_.signals.get(), EPOLLIN,
                       [this](uint32_t) { on_signal(next_signal(ground_.signals.get())); });
}

Result<ContainerSpec> Session::read_again() const {
    return TRY(lxc::compile(ground_.configuration, arguments_.name, directory_of(arguments_), lxc::read_includes,
                            lxc::Files::are_made))
        .spec;
}

Status Session::begin_once() {
    StartPlan plan = TRY(assemble(ground_.spec, ground_.standing.facts));
    const Fd null = TRY(open_named("/dev/null", O_RDWR));
    BeginOptions options{
        {null.get(), null.get(), null.get()}, arguments_.timings, false, &ground_.standing.hooks, &ground_.log,
        [this] { return read_again(); }};
    for (const PlannedStep& planned : plan.steps()) {
        ground_.log.line(log::Level::trace, "plan", describe(planned.step));
    }
    MonitorInput input = TRY(begin_container(ground_.spec, ground_.standing.facts, plan, arguments_.lxcpath, options));
    input.document = ground_.document.get();
    report_ = report_of(input.launched, plan);
    ground_.log.line(log::Level::info, "start", "running as process " + std::to_string(report_.pid));
    for (const std::string& lost : report_.lost) {
        ground_.log.line(log::Level::warn, "start", lost);
    }
    monitor_ = std::make_unique<Monitor>(std::move(input));
    monitor_->on_end([this](ExitStatus status) { on_end(status); });
    TRY(monitor_->begin(loop_));
    ended_ = false;
    rules_ = TRY(monitor_rules(directory_, monitor_->sockets(), ground_.spec.console));
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
        loop_.stop();
    }
}

// Before anybody is told that it stopped: who waits for that may start it at once.  What fails here is logged only.
void Session::run_end_hooks(ExitStatus status) {
    ground_.log.line(log::Level::info, "stop", "ended with " + std::to_string(status.shell_code()));
    const std::vector<std::string> target{again_ ? "LXC_TARGET=reboot" : "LXC_TARGET=stop"};
    for (const Hook hook : {Hook::stop, Hook::post_stop}) {
        run_late_hook(ground_.standing.hooks, hook, target, &ground_.log);
    }
}

Status Session::remove_ephemeral() {
    run_late_hook(ground_.standing.hooks, Hook::destroy, {}, &ground_.log);
    return destroy_ephemeral(arguments_, ground_.spec, ground_.standing.facts);
}

void Session::on_end(ExitStatus status) {
    ended_ = true;
    // reboot(2) in a pid namespace ends its PID 1 by SIGHUP for a restart and by SIGINT for a halt.  Who asked for a stop
    // in between does not get a restart.
    again_ = monitor_->state() != State::stopping && status.signaled &&
             (status.value == SIGHUP || (status.value == SIGINT && monitor_->rebooting()));
    run_end_hooks(status);
    if (!again_) {
        const bool halted = status.signaled && status.value == SIGINT;
        static_cast<void>(write_last_exit(directory_, halted ? 0 : status.shell_code()).has_value());
        if (ground_.spec.lifecycle.ephemeral) {
            static_cast<void>(mark_for_removal(directory_).has_value());
        }
        give_up();
    }
    loop_.stop();
}

Status Session::listen_again() {
    deaf_ = false;
    loop_.resume();
    if (auto sockets = socket_dir(arguments_.lxcpath)) {
        if (monitor_->listen_again(loop_, std::move(*sockets))) {
            rules_ = TRY(monitor_rules(directory_, monitor_->sockets(), ground_.spec.console));
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
        return loop_.run();
    });
}

Status Session::live() {
    for (;;) {
        // What a start, an answer or a line of the console took; nothing may happen again for days.
        loop_.on_idle(kIdleMs, release_memory);
        TRY(serve());
        // Whoever misses the socket while the end is worked on finds another one after a restart, or none to miss.
        if (deaf_ && !ended_) {
            TRY(listen_again());
            continue;
        }
        deaf_ = false;
        if (!again_) {
            return ground_.spec.lifecycle.ephemeral ? remove_ephemeral() : Status{};
        }
        monitor_.reset();
        loop_ = TRY(EventLoop::make());
        TRY(watch_signals());
        TRY(begin_once());
    }
}

Status monitor_main(const Arguments& arguments) {
    const std::string document = TRY(read_all(STDIN_FILENO, lxc::kMaxTextBytes, "the configuration"));
    const Root containers = TRY(Root::at(arguments.lxcpath));
    Root directory = TRY(containers.enter(TRY(RelPath::component(arguments.name.str()))));
    RunningMark mark = TRY(RunningMark::take(directory, arguments.name));
    auto ground = prepare(arguments, document);
    auto loop = EventLoop::make();
    if (!ground || !loop) {
        mark.end(directory);
        return std::unexpected(ground ? loop.error() : ground.error());
    }
    Session session(arguments, std::move(directory), std::move(mark), std::move(*ground), std::move(*loop));
    if (auto started = session.start(); !started) {
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
