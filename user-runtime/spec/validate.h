#pragma once
// The one check that every spec passes before anything is cloned, from whichever front it came.

#include "spec/container_spec.h"

namespace cubby {

// Pure: looks at nothing but the spec.  The error names the field by its configuration key.
Status validate(const ContainerSpec& spec);

// The default map of a host where the user has `host` ids (ranges of host ids that he may use, his own first):
// container ids from 0 on stand for his first 65536 subordinate ids; with none, 0 stands for himself alone.
[[nodiscard]] IdRanges default_map(const IdRanges& holder);
// As default_map, but the id `self` inside stands for the user himself (--userns keep-id).
[[nodiscard]] IdRanges keep_id_map(const IdRanges& holder, uint32_t self);

}  // namespace cubby
