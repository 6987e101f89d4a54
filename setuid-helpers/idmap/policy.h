#pragma once
// Whether the administrator lets the caller have the map that he asks for.

#include "setuid-helpers/guard/program.h"
#include "setuid-helpers/idmap/request.h"

namespace cubby::idmap {

// Reads /etc/passwd, /etc/group, /etc/subuid, /etc/subgid and, where it exists, /etc/cubby/idmap.  `deny_setgroups`: the
// namespace may not drop groups (user_namespaces(7)), because no group id is granted, or by the administrator's will.
Refusal judge(const Request& request, const guard::Caller& caller, bool& deny_setgroups) noexcept;

}  // namespace cubby::idmap
