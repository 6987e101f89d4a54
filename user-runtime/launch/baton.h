#pragma once
// The two ends of a start: messages over one socket pair, and the barriers where one side waits for the other.
// Barriers are not written anywhere: they stand where a plan's next phase with steps is on the other side.

#include <vector>

#include "base/fd.h"
#include "launch/message.h"
#include "plan/start_plan.h"

namespace cubby::launch {

// Sends one message, with at most one descriptor.  Does not allocate.
Status send(int socket, const Message& message, int fd = -1) noexcept;

struct Received {
    Message message;
    Fd fd;
    bool closed = false;  // the other side has gone (or exec'd)
};
Result<Received> receive(int socket) noexcept;

// Sends an error as the last word of this side.
void send_failure(int socket, const Error& error) noexcept;

// The first step that is not done before there is a child; both sides begin there.
[[nodiscard]] size_t end_of_preparation(const StartPlan& plan) noexcept;

// The index of the first step of the plan at or after `from` that is on `side`, and so on: where the plan changes sides.
// Returns plan.steps().size() when there is none.
[[nodiscard]] size_t next_side_change(const StartPlan& plan, size_t from) noexcept;

}  // namespace cubby::launch
