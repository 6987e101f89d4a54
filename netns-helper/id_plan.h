#pragma once
// Which ids the user's namespace maps.  Pure: looks at nothing but its arguments.

#include <vector>

#include "base/id_range.h"
#include "kernel/subid.h"

namespace cubby::holder {

// 0 stands for `own`, and the ids from 1 on for all ids of `spans`: sorted, overlapping and adjacent spans made one, so
// that the result does not depend on the order in which a directory service lists them.  Left out are `own` itself (the
// kernel takes no host id twice), host id 0 (a range that begins at 0 is a mistake that would hand out root's files) and
// 4294967295.  The kernel takes 340 ranges: of more, the largest are kept.
[[nodiscard]] IdRanges plan_ranges(uint32_t own, const std::vector<IdSpan>& spans);

}  // namespace cubby::holder
