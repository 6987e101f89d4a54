#pragma once
// The loopback interface of a new network namespace.

#include "base/result.h"

namespace cubby {

// Sets IFF_UP on "lo" (netdevice(7)).
Status bring_loopback_up() noexcept;

}  // namespace cubby
