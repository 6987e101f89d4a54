#pragma once
// LXC's container states and the transitions between them, as pure data.

#include <cstdint>
#include <optional>
#include <string_view>

namespace cubby {

enum class State : uint8_t { stopped, starting, running, stopping, aborting, freezing, frozen, thawed };  // LXC's order

// "STOPPED", "STARTING", …
[[nodiscard]] const char* state_name(State state) noexcept;
// The full word only, in any case.
[[nodiscard]] std::optional<State> parse_state(std::string_view word) noexcept;

enum class Event : uint8_t {
    start,
    started,
    start_failed,
    stop_requested,
    frozen,
    freeze_requested,
    thaw_requested,
    ended
};

// The state after an event; nothing where the event has no place in that state.
[[nodiscard]] std::optional<State> after(State state, Event event) noexcept;

}  // namespace cubby
