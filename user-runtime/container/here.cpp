#include "container/here.h"

#include <array>

#include "assembly/assemble.h"
#include "container/foreground.h"
#include "monitor/begin.h"
#include "monitor/instance.h"
#include "spec/validate.h"

namespace cubby {
namespace {

std::vector<StepTime> times_of(const launch::Launched& launched, const StartPlan& plan) {
    std::vector<StepTime> times;
    times.reserve(launched.microseconds.size());
    for (size_t at = 0; at < launched.microseconds.size(); ++at) {
        times.push_back({describe(plan.steps()[at].step), launched.microseconds[at]});
    }
    return times;
}

// As the monitor's process does; a foreground run does not begin again.
void run_end_hooks(const HereRequest& request) {
    if (request.hooks == nullptr) {
        return;
    }
    for (const Hook hook : {Hook::stop, Hook::post_stop}) {
        run_late_hook(*request.hooks, hook, {"LXC_TARGET=stop"}, request.log);
    }
}

}  // namespace

Result<RunResult> run_here(const HereRequest& request) {
    TRY(validate(request.spec));
    StartPlan plan = TRY(assemble(request.spec, request.facts));
    const auto foreground = TRY(Foreground::prepare(request.interactive));
    // Before the command exists: a signal that comes from now on is handed to it and does not end this process.
    const Fd signals = TRY(open_signals(Foreground::kSignals));
    const Fd lost_socket = TRY(open_signals(std::array{kListenSignal}));
    BeginOptions options;
    options.stdio = foreground->stdio();
    options.timings = request.timings;
    options.console_to_caller = true;
    options.hooks = request.hooks;
    options.log = request.log;
    options.read_again = request.read_again;
    Monitor monitor(TRY(begin_container(request.spec, request.facts, plan, request.lxcpath, options)));
    RunResult result;
    result.lost = monitor.container().lost;
    result.timings = times_of(monitor.container(), plan);

    EventLoop loop = TRY(EventLoop::make());
    TRY(loop.watch(signals.get(), EPOLLIN, [&](uint32_t) { foreground->forward(next_signal(signals.get())); }));
    TRY(loop.watch(lost_socket.get(), EPOLLIN, [&](uint32_t) {
        static_cast<void>(next_signal(lost_socket.get()));
        if (auto sockets = socket_dir(request.lxcpath)) {
            static_cast<void>(monitor.listen_again(loop, std::move(*sockets)).has_value());
        }
    }));
    monitor.on_end([&](ExitStatus ended) {
        result.exit_code = ended.shell_code();
        run_end_hooks(request);
        monitor.close_socket();
        loop.stop();
    });
    auto lived = monitor.begin(loop);
    if (lived) {
        lived = foreground->begin(loop, monitor.container().pidfd.get(), monitor.take_console());
    }
    if (lived) {
        lived = loop.run();
    }
    foreground->finish();  // before the loop goes, whatever happened
    TRY(std::move(lived));
    return result;
}

}  // namespace cubby
