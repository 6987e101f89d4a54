#include "capi/gate.h"

#include <new>

namespace cubby::capi {

std::shared_mutex& fork_gate() noexcept {
    static constinit std::shared_mutex gate;
    return gate;
}

// It belongs to a thread that the child does not have, so nobody there could unlock it.
void reopen_fork_gate() noexcept { new (&fork_gate()) std::shared_mutex; }

}  // namespace cubby::capi
