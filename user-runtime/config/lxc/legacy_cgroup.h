#pragma once
// lxc.cgroup.FILE of control groups version 1, as lxc.cgroup2.FILE with the value that version 2 has for it
// (Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst of the kernel).

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/lxc/draft.h"

namespace cubby::lxc {

// "lxc.cgroup", and what is below it but lxc.cgroup.dir… and lxc.cgroup.relative, which are today's keys.
[[nodiscard]] bool is_cgroup_v1(std::string_view key) noexcept;

// The key of version 2; empty for a file that version 2 has nothing for.
[[nodiscard]] std::string cgroup_v2_key(std::string_view key);

// Takes such a setting into the draft.  memory.memsw.limit_in_bytes is memory and swap together, so what is left for
// memory.swap.max follows from memory.max, in whichever order they come.
Status assign_cgroup_v1(Draft& draft, std::string_view key, std::string_view value);

}  // namespace cubby::lxc
