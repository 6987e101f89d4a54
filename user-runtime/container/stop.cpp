#include <sys/wait.h>

#include <csignal>
#include <ctime>

#include "container/operations.h"
#include "container/store.h"
#include "container/watch.h"
#include "kernel/process.h"
#include "monitor/client.h"
#include "monitor/instance.h"

namespace cubby {
namespace {

constexpr int kStopMs = 5000;  // for what lxc.signal.stop starts
constexpr int kKillMs = 10000;
constexpr int kBetweenRunsMs = 60000;  // for the hooks of an end and of a beginning
constexpr long kLookMs = 20;

// The directory of a container that may have none (cubby run --rootfs).
std::optional<Root> directory_if_any(const Places& places, const ContainerName& name) {
    auto opened = open_container(places, name);
    return opened ? std::optional<Root>(std::move(*opened)) : std::nullopt;
}

int seconds_to_ms(int seconds) noexcept { return seconds < 0 || seconds > INT32_MAX / 1000 ? -1 : seconds * 1000; }

// The monitor does not answer (stopped, or swapped out for long): what it watches over dies with it.
Status kill_monitor(const Root& directory, const ContainerName& name) {
    const auto monitor = TRY(running_monitor(directory));
    if (!monitor || *monitor <= 0) {
        return {};
    }
    const Fd pidfd = TRY(open_pidfd(*monitor));
    TRY(send_signal(pidfd.get(), SIGKILL));
    if (!TRY(wait_ended(pidfd.get(), kKillMs))) {
        return FAIL(Code::timeout, "the monitor of %s does not die: it waits in the kernel", name.c_str());
    }
    return {};
}

// A connection that becomes readable when the run of `status` has ended; nothing where it has already.  The container may
// end, and its monitor with it, between any two calls, and the name be another run's then.
Result<std::optional<MonitorClient>> watch_end(const Places& places, const ContainerName& name,
                                               const MonitorStatus& status) {
    auto waiter = MonitorClient::connect(places.lxcpath, name, nullptr);
    const auto now = waiter ? ask_status(*waiter) : Result<MonitorStatus>(std::unexpected(waiter.error()));
    if (!now && now.error().code != Code::wrong_state) {
        return std::unexpected(now.error());
    }
    const protocol::WaitOrder stopped{1U << static_cast<unsigned>(State::stopped)};
    if (!now || now->status.init_pid != status.status.init_pid ||
        !protocol::send(waiter->socket(), protocol::Type::wait, protocol::bytes_of(stopped))) {
        return std::nullopt;
    }
    return std::optional(std::move(*waiter));
}

enum class Outcome : uint8_t {
    stopped,
    none,   // nothing ran
    ended,  // it ended by itself on the way
};

using protocol::StopMode;

Status order(MonitorClient& client, StopMode mode) {
    const protocol::StopOrder wanted{mode};
    TRY(client.ask(protocol::Type::stop, protocol::bytes_of(wanted)));
    return {};
}

// By lxc.signal.stop, and where it lives on then, by SIGKILL.
Status kill_run(MonitorClient& client, const MonitorClient& waiter, int pidfd, const ContainerName& name) {
    for (const auto& [mode, limit_ms] : {std::pair(StopMode::stop, kStopMs), std::pair(StopMode::kill, kKillMs)}) {
        auto sent = order(client, mode);
        if (!sent && sent.error().code == Code::usage) {
            continue;  // a monitor from before this order was known
        }
        if (!sent && !TRY(wait_ended(pidfd, 0))) {
            return sent;
        }
        if (wait_readable(waiter.socket(), limit_ms, "the container")) {
            return {};
        }
    }
    return FAIL(Code::timeout, "stop %s: killed, but a process of it waits in the kernel; try again later",
                name.c_str());
}

Result<Outcome> stop_run(const Places& places, const StopRequest& request, const Root* directory) {
    auto client = MonitorClient::connect(places.lxcpath, request.name, directory);
    auto status = client ? ask_status(*client) : Result<MonitorStatus>(std::unexpected(client.error()));
    if (!status) {
        if (status.error().code == Code::timeout && request.kill && directory != nullptr) {
            TRY(kill_monitor(*directory, request.name));
            return Outcome::stopped;
        }
        if (status.error().code == Code::wrong_state) {
            return Outcome::none;
        }
        return std::unexpected(prefixed(status.error(), "stop %s", request.name.c_str()));
    }
    if (request.reboot) {
        TRY(order(*client, StopMode::reboot));
        return Outcome::stopped;
    }
    const auto waiter = TRY(watch_end(places, request.name, *status));
    if (!waiter) {
        return Outcome::ended;
    }
    if (!request.kill) {
        if (auto asked = order(*client, StopMode::halt); !asked && asked.error().code != Code::wrong_state) {
            return std::unexpected(asked.error());
        }
        if (wait_readable(waiter->socket(), seconds_to_ms(request.timeout_s), "the container")) {
            return Outcome::stopped;
        }
        if (request.no_kill) {
            return FAIL(Code::timeout, "stop %s: it has not ended in %d s", request.name.c_str(), request.timeout_s);
        }
    }
    TRY(kill_run(*client, *waiter, status->pidfd.get(), request.name));
    return Outcome::stopped;
}

}  // namespace

Result<bool> stop(const Places& places, const StopRequest& request) {
    const auto directory = directory_if_any(places, request.name);
    for (int looks = 0;; ++looks) {
        const auto monitor = directory ? TRY(running_monitor(*directory)) : std::nullopt;
        const Outcome outcome = TRY(stop_run(places, request, directory ? &*directory : nullptr));
        if (outcome == Outcome::none && !directory) {
            return FAIL(Code::not_found, "no container %s; cubby ls lists yours", request.name.c_str());
        }
        // The same monitor is still there where it works on the end, or on the beginning of the next run: a reboot.
        if (outcome == Outcome::stopped || !monitor || TRY(running_monitor(*directory)) != monitor) {
            return outcome != Outcome::none;
        }
        if (looks * kLookMs >= kBetweenRunsMs) {
            return FAIL(Code::timeout, "stop %s: its hooks have not ended; cubby stop -k ends it",
                        request.name.c_str());
        }
        const timespec pause{0, kLookMs * 1'000'000};
        nanosleep(&pause, nullptr);
    }
}

Result<bool> wait(const Places& places, const ContainerName& name, const std::vector<State>& states, int timeout_s) {
    uint32_t mask = 0;
    for (const State state : states) {
        mask |= 1U << static_cast<unsigned>(state);
    }
    const bool stopped_counts = (mask & (1U << static_cast<unsigned>(State::stopped))) != 0;
    const auto directory = directory_if_any(places, name);
    timespec start{};
    clock_gettime(CLOCK_MONOTONIC, &start);
    const int limit_ms = seconds_to_ms(timeout_s);
    std::optional<ListenerWatch> starts;
    for (;;) {
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC, &now);
        const long waited_ms = (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1'000'000;
        const int left_ms = limit_ms < 0 ? -1 : static_cast<int>(std::max(0L, limit_ms - waited_ms));
        auto client = MonitorClient::connect(places.lxcpath, name, directory ? &*directory : nullptr);
        if (client && left_ms == 0) {
            // The answer to a wait comes when it comes; what is asked here is how it is now.
            const auto now_is = ask_status(*client);
            return now_is && (mask & (1U << static_cast<unsigned>(now_is->status.state))) != 0;
        }
        if (client) {
            const protocol::WaitOrder order{mask};
            if (!protocol::send(client->socket(), protocol::Type::wait, protocol::bytes_of(order))) {
                continue;  // it has gone since
            }
            if (!wait_readable(client->socket(), left_ms, "the container")) {
                return false;
            }
            if (const auto reply = client->next()) {
                return true;
            }
            continue;  // the monitor has gone: it is stopped now
        }
        if (client.error().code != Code::wrong_state) {
            return std::unexpected(client.error());
        }
        if (stopped_counts) {
            return true;
        }
        if (left_ms == 0) {
            return false;
        }
        if (!starts) {
            starts.emplace(TRY(ListenerWatch::begin(places)));  // and look once more: it may just have begun
        } else if (!TRY(starts->wait(left_ms))) {
            return false;
        }
    }
}

}  // namespace cubby
