#pragma once
// From a spec and the facts of the host to a start plan.

#include "base/result.h"
#include "plan/start_plan.h"
#include "spec/container_spec.h"

namespace cubby {

// How far a start is when its plan is made.
enum class Stage : uint8_t {
    before_hooks,  // with lxc.hook.pre-start the plan is provisional
    prepared,      // Phase::host_prepare has run
};

// Asks every provider in the order of providers.cpp.  The spec must be validated; its empty id maps mean the default map.
// Nothing on the host is changed.
Result<StartPlan> assemble(const ContainerSpec& spec, const HostFacts& facts, Stage stage = Stage::before_hooks);

// The host's facts, with the holder's maps.  Probed once for a start.
Result<HostFacts> host_facts(const IdMaps& holder);

// The container's maps as host ids: those of the spec, or the default map.
[[nodiscard]] IdMaps effective_maps(const ContainerSpec& spec, const HostFacts& facts);

}  // namespace cubby
