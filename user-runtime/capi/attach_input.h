#pragma once
// What the options of attach() ask for, as launch/attach.h takes it.  Each flag of lxc/attach_options.h has its effect or
// is refused; of the structure only what a caller of that flag's LXC has is read.

#include <optional>

#include "base/fd.h"
#include "capi/include/lxc/attach_options.h"
#include "container/attach_facts.h"

namespace cubby::capi {

// `null` stands in for standard descriptors that are closed.
Result<launch::AttachInput> attach_input_of(const lxc_attach_options_t& options, const AttachFacts& facts, int null);

// Of personality(2), where LXC_ATTACH_SET_PERSONALITY asks for one by number.  With that flag alone an lxc.arch of 32 bits
// has its effect; else the process keeps the caller's.
[[nodiscard]] std::optional<unsigned long> personality_of(const lxc_attach_options_t& options) noexcept;

// What LXC_ATTACH_TERMINAL's terminal is relayed to: those of the three descriptors that are terminals, else the
// controlling terminal of the caller, else nothing (-1).
struct CallersTerminal {
    int in = -1;
    int out = -1;
    Fd controlling;
};
[[nodiscard]] CallersTerminal callers_terminal(const lxc_attach_options_t& options);

}  // namespace cubby::capi
