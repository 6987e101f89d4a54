#include "cli/lxc/watch.h"

#include <algorithm>
#include <ctime>
#include <map>

namespace cubby::cli {
namespace {

constexpr long kLookNs = 20'000'000;

// By directory and name.
using States = std::map<std::pair<std::string, std::string>, State>;

Result<States> states_of(const std::vector<Places>& places, const NamePattern& pattern) {
    States out;
    for (const Places& place : places) {
        for (const Summary& one : TRY(list(place))) {
            if (pattern.matches(one.name)) {
                out.emplace(std::pair(place.lxcpath, one.name), one.state);
            }
        }
    }
    return out;
}

const Places* place_of(const std::vector<Places>& places, const std::string& lxcpath) {
    const auto found = std::ranges::find(places, lxcpath, &Places::lxcpath);
    return found != places.end() ? &*found : nullptr;
}

StateChange change_of(const std::vector<Places>& places, const std::pair<std::string, std::string>& key, State state) {
    StateChange change{key.second, state, std::nullopt};
    const Places* place = place_of(places, key.first);
    const auto name = ContainerName::parse(key.second);
    if (state == State::stopped && place != nullptr && name) {
        const auto found = inspect(*place, *name);
        change.exit_status = found ? found->last_exit : std::nullopt;
    }
    return change;
}

State state_in(const States& states, const std::pair<std::string, std::string>& key) {
    const auto found = states.find(key);
    return found != states.end() ? found->second : State::stopped;
}

}  // namespace

Status watch_states(const std::vector<Places>& places, const NamePattern& pattern,
                    const std::function<bool(const StateChange&)>& told) {
    States before = TRY(states_of(places, pattern));
    for (;;) {
        const timespec pause{0, kLookNs};
        nanosleep(&pause, nullptr);
        const States now = TRY(states_of(places, pattern));
        States both = before;
        both.insert(now.begin(), now.end());
        for (const auto& [key, unused] : both) {
            const State state = state_in(now, key);
            if (state != state_in(before, key) && !told(change_of(places, key, state))) {
                return {};
            }
        }
        before = now;
    }
}

}  // namespace cubby::cli
