#pragma once
// The network types' contributions, for registry.cpp.

#include "network/driver.h"

namespace cubby::network {

// none: the host's network namespace goes on; its resolver configuration is bound over the container's.
Status contribute_host(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);
// empty: a namespace of its own with only the loopback interface, up.
Status contribute_empty(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);

}  // namespace cubby::network
