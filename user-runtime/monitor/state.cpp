#include "monitor/state.h"

#include <strings.h>

#include <array>
#include <string>

namespace cubby {
namespace {

constexpr std::array<const char*, 8> kNames{"STOPPED",  "STARTING", "RUNNING", "STOPPING",
                                            "ABORTING", "FREEZING", "FROZEN",  "THAWED"};

struct Transition {
    State from;
    Event event;
    State to;
};

constexpr Transition kTransitions[] = {
    {State::stopped, Event::start, State::starting},
    {State::starting, Event::started, State::running},
    {State::starting, Event::start_failed, State::aborting},
    {State::starting, Event::ended, State::aborting},
    {State::aborting, Event::ended, State::stopped},
    {State::running, Event::stop_requested, State::stopping},
    {State::running, Event::freeze_requested, State::freezing},
    {State::running, Event::ended, State::stopped},
    {State::freezing, Event::frozen, State::frozen},
    {State::freezing, Event::ended, State::stopped},
    {State::frozen, Event::thaw_requested, State::running},
    {State::frozen, Event::stop_requested, State::stopping},
    {State::frozen, Event::ended, State::stopped},
    {State::stopping, Event::stop_requested, State::stopping},
    {State::stopping, Event::ended, State::stopped},
};

}  // namespace

const char* state_name(State state) noexcept { return kNames[static_cast<size_t>(state)]; }

std::optional<State> parse_state(std::string_view word) noexcept {
    for (size_t at = 0; at < kNames.size(); ++at) {
        const std::string_view name = kNames[at];
        if (name.size() == word.size() && strncasecmp(name.data(), word.data(), word.size()) == 0) {
            return static_cast<State>(at);
        }
    }
    return std::nullopt;
}

std::optional<State> after(State state, Event event) noexcept {
    for (const Transition& transition : kTransitions) {
        if (transition.from == state && transition.event == event) {
            return transition.to;
        }
    }
    return std::nullopt;
}

}  // namespace cubby
