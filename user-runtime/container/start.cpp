#include <fcntl.h>
#include <unistd.h>

#include "container/operations.h"
#include "container/start_document.h"
#include "container/store.h"
#include "kernel/installed.h"
#include "kernel/memory_file.h"
#include "kernel/process.h"
#include "kernel/unix_socket.h"
#include "monitor/instance.h"
#include "monitor/report.h"

namespace cubby {
namespace {

constexpr int kStartMs = 60000;

std::vector<std::string> monitor_environment() {
    std::vector<std::string> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
    for (const char* name : {"HOME", "XDG_RUNTIME_DIR"}) {
        if (const char* value = secure_getenv(name); value != nullptr) {
            environment.push_back(std::string(name) + "=" + value);
        }
    }
    return environment;
}

Result<StartReport> run_monitor(const Places& places, const StartRequest& request, const std::string& document) {
    const Fd input = TRY(memory_file("cubby-config", document));
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return FAIL_ERRNO("make a pipe");
    }
    const Fd reader(ends[0]);
    Fd writer(ends[1]);
    Command command{{TRY(installed_program("cubby-monitor")), places.lxcpath, request.name.str()},
                    monitor_environment()};
    command.in = input.get();
    command.out = writer.get();
    if (request.timings) {
        command.argv.emplace_back("--timings");
    }
    if (request.long_lived) {
        command.argv.emplace_back("--orphan");
    }
    const Spawned monitor = TRY(spawn(command));
    if (request.long_lived) {
        static_cast<void>(wait_child(monitor.pidfd.get()).has_value());  // its child is the monitor
    }
    writer.reset();
    TRY(wait_readable(reader.get(), kStartMs, "the starting container"));
    return decode_report(TRY(read_all(reader.get(), 1 << 20, "the start report")));
}

}  // namespace

Result<Started> start(const Places& places, const StartRequest& request) {
    const auto locked = TRY(lock_container(places, request.name));
    const auto document = TRY(document_for_start(places, &locked.directory, request));
    auto report = run_monitor(places, request, document.to_text());
    if (!report) {
        return std::unexpected(prefixed(report.error(), "start %s", request.name.c_str()));
    }
    Started started{report->pid, std::move(report->lost), {}};
    for (auto& [microseconds, step] : report->times) {
        started.timings.push_back({std::move(step), microseconds});
    }
    return started;
}

}  // namespace cubby
