// Starting and stopping.

#include <algorithm>
#include <cstdarg>
#include <ctime>

#include "base/parse.h"
#include "capi/functions.h"
#include "capi/gate.h"
#include "capi/guard.h"
#include "capi/handover.h"
#include "container/operations.h"
#include "container/store.h"
#include "container/watch.h"
#include "monitor/client.h"
#include "monitor/instance.h"

namespace cubby::capi {
namespace {

// The configuration to start with: the one in memory, as it is there, saved or not.
Result<lxc::Document> start_document(Object& object, bool useinit, bool own_command) {
    lxc::Document document;
    {
        const std::lock_guard lock(object.guard);
        const Settings* settings = object.settings();
        if (settings == nullptr) {
            return FAIL(Code::wrong_state, "start %s: it has no configuration loaded", object.name);
        }
        document = settings->document();
        if (useinit && own_command) {
            if (const auto command = settings->get("lxc.execute.cmd"); command && !command->empty()) {
                TRY(document.set("lxc.init.cmd", *command));
            }
        }
    }
    if (useinit) {
        TRY(document.set("cubby.init.reaper", "1"));
    }
    return document;
}

// In the foreground: what the container writes on its console goes to the caller's standard output.
Status follow(Object& object, const Places& places, const ContainerName& name) {
    TRY(cubby::logs(places, name, true, [](std::string_view bytes) {
        static_cast<void>(write_all(STDOUT_FILENO, bytes, "standard output").has_value());
    }));
    TRY(cubby::wait(places, name, {State::stopped}, -1));
    const auto directory = open_container(places, name);
    const int code = directory ? read_last_exit(*directory).value_or(0) : 0;
    const std::lock_guard lock(object.guard);
    object.error_num = code > 128 ? code - 128 : code << 8;  // a wait status
    return {};
}

Status start_container(Object& object, int useinit, std::vector<std::string> words) {
    const Places places = TRY(object.places());
    StartRequest request{object.identity(), {}};
    if (object.lxc_conf == nullptr && !object.load_config(&object, nullptr)) {
        return FAIL(Code::wrong_state, "start %s: %s", request.name.c_str(),
                    object.error_string != nullptr ? object.error_string : "it has no configuration");
    }
    const auto document = TRY(start_document(object, useinit != 0, words.empty()));
    request.document = document.to_text();
    request.init = std::move(words);
    request.long_lived = true;
    const ContainerName name = request.name;
    {
        const std::shared_lock gate(fork_gate());
        TRY(cubby::start(places, request));
    }
    return object.daemonize ? Status{} : follow(object, places, name);
}

Result<pid_t> running_init(const Places& places, const ContainerName& name) {
    MonitorClient client = TRY(MonitorClient::connect(places.lxcpath, name, nullptr));
    return TRY(ask_status(client)).status.init_pid;
}

int64_t now_ms() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

// Until another process is its first one.
Status await_restart(const Places& places, const ContainerName& name, pid_t before, int timeout_s) {
    const int64_t limit = now_ms() + int64_t{timeout_s} * 1000;
    ListenerWatch listeners = TRY(ListenerWatch::begin(places));
    for (;;) {
        const auto init = running_init(places, name);
        if (init && *init != before) {
            return {};
        }
        const int64_t left = std::clamp<int64_t>(limit - now_ms(), 0, INT32_MAX);
        if (!TRY(listeners.wait(timeout_s < 0 ? -1 : static_cast<int>(left)))) {
            return FAIL(Code::timeout, "%s was asked to restart, and has not in %d s", name.c_str(), timeout_s);
        }
    }
}

Status reboot_container(Object& object, int timeout_s) {
    const Places places = TRY(object.places());
    StopRequest request{.name = object.identity()};
    request.reboot = true;
    const pid_t before = TRY(running_init(places, request.name));
    if (!TRY(cubby::stop(places, request))) {
        return FAIL(Code::wrong_state, "%s is not running", request.name.c_str());
    }
    return timeout_s == 0 ? Status{} : await_restart(places, request.name, before, timeout_s);
}

Status stop_container(Object& object, const StopRequest& request) {
    if (!TRY(cubby::stop(TRY(object.places()), request))) {
        return FAIL(Code::wrong_state, "%s is not running", request.name.c_str());
    }
    return {};
}

}  // namespace

bool fn_start(lxc_container* c, int useinit, char* const argv[]) noexcept {
    return enter(c, [&](Object& object) { return start_container(object, useinit, words_of(argv)); });
}

bool fn_startl(lxc_container* c, int useinit, ...) noexcept {
    va_list rest;
    va_start(rest, useinit);
    const bool started = enter(c, [&](Object& object) -> Status {
        std::vector<std::string> words;
        while (const char* word = va_arg(rest, const char*)) {
            words.emplace_back(word);
        }
        return start_container(object, useinit, std::move(words));
    });
    va_end(rest);
    return started;
}

bool fn_want_daemonize(lxc_container* c, bool state) noexcept {
    return enter(c, [&](Object& object) -> Status {
        const std::lock_guard lock(object.guard);
        object.daemonize = state;
        return {};
    });
}

// The monitor of a container gets no descriptor of the caller's at any time.
bool fn_want_close_all_fds(lxc_container* c, bool /*state*/) noexcept { return c != nullptr; }

bool fn_stop(lxc_container* c) noexcept {
    return enter(c, [](Object& object) {
        StopRequest request{.name = object.identity()};
        request.kill = true;
        return stop_container(object, request);
    });
}

bool fn_shutdown(lxc_container* c, int timeout) noexcept {
    return enter(c, [&](Object& object) {
        StopRequest request{.name = object.identity()};
        request.timeout_s = timeout;
        request.no_kill = true;
        auto stopped = stop_container(object, request);
        // Nobody was to wait for it.
        return !stopped && stopped.error().code == Code::timeout && timeout == 0 ? Status{} : stopped;
    });
}

bool fn_reboot(lxc_container* c) noexcept {
    return enter(c, [](Object& object) { return reboot_container(object, 0); });
}

bool fn_reboot2(lxc_container* c, int timeout) noexcept {
    return enter(c, [&](Object& object) { return reboot_container(object, timeout); });
}

}  // namespace cubby::capi
