#pragma once
// lxc_container::get_keys of the C ABI: which names there are, in LXC's own words and order.

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/lxc/draft.h"

namespace cubby::lxc {

// The names below `prefix`, without it, each with a line feed; with an empty prefix all names of LXC.  Some programs
// compare these texts, so they are LXC's fixed lists, with what is missing in them.  For an interface of the draft
// ("lxc.net.0") they depend on its type.  Code::not_found for a name without a list.
Result<std::string> key_names(const Draft& draft, std::string_view prefix);

}  // namespace cubby::lxc
