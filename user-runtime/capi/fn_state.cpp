// What a container is doing.

#include <cstring>
#include <ctime>

#include "base/parse.h"
#include "capi/functions.h"
#include "capi/guard.h"
#include "capi/handover.h"
#include "container/attach_facts.h"
#include "container/operations.h"
#include "container/store.h"
#include "monitor/client.h"

namespace cubby::capi {
namespace {

// Nothing where it does not run.
Result<std::optional<MonitorStatus>> ask_running(Object& object) {
    const Places places = TRY(object.places());
    const ContainerName name = object.identity();
    const auto containers = Root::at(places.lxcpath);
    const auto directory =
        containers ? containers->enter(entry_of(name)) : Result<Root>(std::unexpected(containers.error()));
    auto client = MonitorClient::connect(places.lxcpath, name, directory ? &*directory : nullptr);
    auto status = client ? ask_status(*client) : Result<MonitorStatus>(std::unexpected(client.error()));
    if (!status && status.error().code == Code::wrong_state) {
        return std::nullopt;
    }
    return std::optional(TRY(std::move(status)));
}

Result<MonitorStatus> need_running(Object& object) {
    auto status = TRY(ask_running(object));
    if (!status) {
        return FAIL(Code::wrong_state, "%s is not running", object.identity().c_str());
    }
    return std::move(*status);
}

Result<std::vector<State>> states_of(const char* text) {
    std::vector<State> states;
    for (const auto word : split_words(text != nullptr ? text : "", "|")) {
        const auto state = parse_state(word);
        if (!state) {
            return FAIL(Code::usage, "%.40s is not a state", printable(word).c_str());
        }
        states.push_back(*state);
    }
    if (states.empty()) {
        return FAIL(Code::usage, "no state to wait for");
    }
    return states;
}

}  // namespace

bool fn_is_defined(lxc_container* c) noexcept {
    return enter(c, false, [](Object& object) -> Result<bool> {
        const auto containers = Root::at(TRY(object.places()).lxcpath);
        if (!containers) {
            return containers.error().code == Code::not_found ? Result<bool>(false)
                                                              : std::unexpected(containers.error());
        }
        const auto directory = containers->enter(entry_of(object.identity()));
        return directory && has_config(*directory);
    });
}

const char* fn_state(lxc_container* c) noexcept {
    return enter<const char*>(c, nullptr, [](Object& object) -> Result<const char*> {
        const auto status = TRY(ask_running(object));
        return state_name(status ? status->status.state : State::stopped);
    });
}

bool fn_is_running(lxc_container* c) noexcept {
    return enter(c, false, [](Object& object) -> Result<bool> {
        const auto status = TRY(ask_running(object));
        return status && status->status.state != State::stopped;
    });
}

pid_t fn_init_pid(lxc_container* c) noexcept {
    return enter<pid_t>(c, -1,
                        [](Object& object) -> Result<pid_t> { return TRY(need_running(object)).status.init_pid; });
}

int fn_init_pidfd(lxc_container* c) noexcept {
    return enter(c, -1, [](Object& object) -> Result<int> { return TRY(need_running(object)).pidfd.release(); });
}

int fn_devpts_fd(lxc_container* c) noexcept {
    return enter(c, -1, [](Object& object) -> Result<int> {
        AttachFacts facts = TRY(ask_attach_facts(TRY(object.places()), object.identity()));
        if (!facts.devpts) {
            return FAIL(Code::unsupported, "%s has no devpts of its own", object.identity().c_str());
        }
        return facts.devpts.release();
    });
}

// Who has it answers the system calls that the policy notifies, unless lxc.seccomp.notify.proxy does.
int fn_seccomp_notify_fd(lxc_container* c) noexcept {
    return enter(c, -1, [](Object& object) -> Result<int> {
        const AttachFacts facts = TRY(ask_attach_facts(TRY(object.places()), object.identity()));
        auto reply = TRY(facts.monitor->ask(protocol::Type::listener));
        return !reply.frame.fds.empty() ? Result<int>(reply.frame.fds.front().release())
                                        : FAIL(Code::broken, "the monitor gave no listener");
    });
}

int fn_seccomp_notify_fd_active(lxc_container* c) noexcept { return fn_seccomp_notify_fd(c); }

bool fn_wait(lxc_container* c, const char* state, int timeout) noexcept {
    return enter(c, [&](Object& object) -> Status {
        const auto states = TRY(states_of(state));
        if (!TRY(cubby::wait(TRY(object.places()), object.identity(), states, timeout))) {
            return FAIL(Code::timeout, "%s did not come to %s within %d s", object.identity().c_str(), state, timeout);
        }
        return {};
    });
}

bool fn_may_control(lxc_container* c) noexcept {
    return enter(c, [](Object& object) -> Status {
        TRY(ask_running(object));
        return {};
    });
}

}  // namespace cubby::capi

int lxc_get_wait_states(const char** states) {
    using cubby::State;
    constexpr State kAll[] = {State::stopped,  State::starting, State::running, State::stopping,
                              State::aborting, State::freezing, State::frozen,  State::thawed};
    for (size_t at = 0; states != nullptr && at < std::size(kAll); ++at) {
        states[at] = cubby::state_name(kAll[at]);
    }
    return static_cast<int>(std::size(kAll));
}
