#pragma once
// What the child, the intermediate and cubby-init send to the starter over one SOCK_SEQPACKET pair, and back.  Fixed
// size, no pointers.  Descriptors travel beside it (SCM_RIGHTS).

#include <cstdint>

#include "base/error.h"

namespace cubby::launch {

enum class Kind : uint8_t {
    reached,      // this side has finished `phase`; the other may go on
    failed,       // `error` ends the start
    init_failed,  // from cubby-init: `error.text` says what, `error.sys_errno` why
    note,         // `error.text` says which isolation could not be had
    console,      // the descriptor is the console's master
    listener,     // the descriptor is a seccomp listener
    tty,          // the descriptor is the master of the next terminal beside it
    devpts,       // the descriptor is the root of the container's devpts
    mount,        // from the starter: the descriptor is a detached mount for the slot `number`
    root,         // the descriptor is the container's root mount
    process,      // the descriptor is the pidfd of a child made by the intermediate; `number` is its pid
    log,          // `error.text` is a line of a hook's output
    timing,       // `number` microseconds were spent in step `error.step`
};

struct Message {
    Kind kind = Kind::reached;
    uint8_t phase = 0;
    uint16_t reserved = 0;
    uint32_t number = 0;
    Error error;
};
static_assert(std::is_trivially_copyable_v<Message>);

}  // namespace cubby::launch
