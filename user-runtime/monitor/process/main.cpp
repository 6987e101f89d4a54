// cubby-monitor LXCPATH NAME [--timings]
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
#include "monitor/begin.h"
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
};

Result<Arguments> parse_arguments(int argc, char** argv) {
    if (argc < 3 || argc > 4 || (argc == 4 && strcmp(argv[3], "--timings") != 0)) {
        return FAIL(Code::usage, "cubby-monitor is started by cubby start");
    }
    return Arguments{argv[1], TRY(ContainerName::parse(argv[2])), argc == 4};
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
    const ContainerIds ids{holder.user_namespace.get(),
                           {TRY(translate(maps.uids, facts.holder.uids, "lxc.idmap u")),
                            TRY(translate(maps.gids, facts.holder.gids, "lxc.idmap g"))}};
    TRY(TRY(backend_of(spec.rootfs))->destroy(spec.rootfs, ids));
    const std::vector<std::string> paths{arguments.lxcpath + "/" + arguments.name.str()};
    return delete_in_holder(ids.holder, paths);
}

// The life of one container in this process, over reboots.
class Session {
  public:
    Session(Arguments arguments, Root directory, RunningMark mark, ContainerSpec spec) noexcept
        : arguments_(std::move(arguments)),
          directory_(std::move(directory)),
          mark_(std::move(mark)),
          spec_(std::move(spec)) {}

    Status start();
    [[gnu::hot]] Status live();
    // Removes the traces of a start that failed.
    void give_up() { mark_.end(directory_); }
    [[nodiscard]] const StartReport& report() const noexcept { return report_; }

  private:
    Status begin_once(const HostFacts& facts);
    void on_signal(int signal);
    void on_end(ExitStatus status);

    Arguments arguments_;
    Root directory_;
    RunningMark mark_;
    ContainerSpec spec_;
    HostFacts facts_;
    StartReport report_;
    // Made anew at each start of the container.
    std::unique_ptr<EventLoop> loop_;
    std::unique_ptr<Monitor> monitor_;
    Fd signals_;
    bool again_ = false;
};

Status Session::start() {
    facts_ = TRY(enter_holder());
    loop_ = std::make_unique<EventLoop>(TRY(EventLoop::make()));
    constexpr std::array<int, 5> kSignals{SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGPIPE};
    signals_ = TRY(open_signals(kSignals));
    TRY(loop_->watch(signals_.get(), EPOLLIN, [this](uint32_t) { on_signal(next_signal(signals_.get())); }));
    TRY(begin_once(facts_));
    return mark_.sign();
}

Status Session::begin_once(const HostFacts& facts) {
    const StartPlan plan = TRY(assemble(spec_, facts));
    const Fd null = TRY(open_named("/dev/null", O_RDWR));
    BeginOptions options{{null.get(), null.get(), null.get()}, arguments_.timings};
    MonitorInput input = TRY(begin_container(spec_, facts, plan, arguments_.lxcpath, std::move(options)));
    report_ = report_of(input.launched, plan);
    monitor_ = std::make_unique<Monitor>(std::move(input));
    monitor_->on_end([this](ExitStatus status) { on_end(status); });
    return monitor_->begin(*loop_);
}

void Session::on_signal(int signal) {
    if (signal == SIGTERM || signal == SIGINT) {
        // A first one asks the container to stop, a second one does not ask.
        const bool asked = monitor_->state() == State::stopping;
        static_cast<void>(
            monitor_->order_stop(asked ? protocol::StopMode::kill : protocol::StopMode::halt).has_value());
    } else if (signal == SIGUSR1) {
        if (auto sockets = socket_dir(arguments_.lxcpath)) {
            static_cast<void>(monitor_->listen_again(*loop_, std::move(*sockets)).has_value());
        }
    }
}

void Session::on_end(ExitStatus status) {
    // reboot(2) in a pid namespace ends its PID 1 by SIGHUP for a restart and by SIGINT for a halt.
    again_ = status.signaled && (status.value == SIGHUP || (status.value == SIGINT && monitor_->rebooting()));
    if (!again_) {
        const bool halted = status.signaled && status.value == SIGINT;
        static_cast<void>(write_last_exit(directory_, halted ? 0 : status.shell_code()).has_value());
        monitor_->close_socket();
        mark_.end(directory_);
    }
    loop_->stop();
}

Status Session::live() {
    for (;;) {
        // What a start, an answer or a line of the console took; nothing may happen again for days.
        loop_->on_idle(kIdleMs, release_memory);
        TRY(loop_->run());
        if (!again_) {
            return spec_.lifecycle.ephemeral ? destroy_ephemeral(arguments_, spec_, facts_) : Status{};
        }
        monitor_.reset();
        loop_ = std::make_unique<EventLoop>(TRY(EventLoop::make()));
        TRY(loop_->watch(signals_.get(), EPOLLIN, [this](uint32_t) { on_signal(next_signal(signals_.get())); }));
        TRY(begin_once(facts_));
    }
}

Result<ContainerSpec> compile_document(const Arguments& arguments, const std::string& document) {
    const std::string directory = arguments.lxcpath + "/" + arguments.name.str();
    const auto parsed = TRY(lxc::Document::parse(document, directory + "/config"));
    return TRY(lxc::compile(parsed, arguments.name, directory)).spec;
}

Status monitor_main(const Arguments& arguments) {
    const std::string document = TRY(read_all(STDIN_FILENO, lxc::kMaxTextBytes, "the configuration"));
    const Root containers = TRY(Root::at(arguments.lxcpath));
    Root directory = TRY(containers.enter(TRY(RelPath::component(arguments.name.str()))));
    RunningMark mark = TRY(RunningMark::take(directory, arguments.name));
    auto spec = compile_document(arguments, document);
    if (!spec) {
        mark.end(directory);
        return std::unexpected(spec.error());
    }
    Session session(arguments, std::move(directory), std::move(mark), std::move(*spec));
    if (auto started = session.start(); !started) {
        session.give_up();
        return started;
    }
    TRY(write_all(STDOUT_FILENO, encode_report(session.report()), "the start report"));
    point_at_null(0, 2);
    return session.live();
}

}  // namespace
}  // namespace cubby

int main(int argc, char** argv) {
    using namespace cubby;
    umask(077);
    setsid();
    if (chdir("/") != 0) {
        return 2;
    }
    prctl(PR_SET_NAME, "cubby-monitor");
    const auto arguments = parse_arguments(argc, argv);
    const Status ended = arguments ? monitor_main(*arguments) : Status(std::unexpected(arguments.error()));
    if (!ended) {
        const std::string failure = encode_failure(ended.error());
        return write_all(STDOUT_FILENO, failure, "the start report").has_value() ? 1 : 2;
    }
    return 0;
}
