#pragma once
// Writing the id maps of a user namespace (user_namespaces(7)).

#include "base/id_range.h"
#include "kernel/process.h"
#include "kernel/procfs.h"

namespace cubby {

// Writes both maps of a freshly cloned process: gid_map first, then uid_map.  The caller needs CAP_SETUID and
// CAP_SETGID in the parent namespace, or maps only its own id; in that case setgroups is denied first, as the kernel
// demands.  `process` is its directory in /proc.
Status write_id_maps(const ProcFs& process, const IdMaps& maps, bool deny_setgroups) noexcept;

// The same of a process that one has made.
Status write_id_maps_of(const Cloned& process, const IdMaps& maps) noexcept;

// The maps of the calling process's own namespace.
Result<IdMaps> read_own_id_maps();

// Parses the text of a uid_map or gid_map file.
Result<IdRanges> parse_map_text(std::string_view text);

}  // namespace cubby
