#pragma once
// Making the user's id-mapped user namespace.

#include <string>

#include "base/fd.h"
#include "base/id_range.h"
#include "base/result.h"
#include "kernel/subid.h"
#include "netns-helper/wire/holder_wire.h"

namespace cubby::holder {

struct MappedNamespace {
    Fd user_namespace;  // keeps it alive: no process needs to be in it
    IdMaps maps;        // as the kernel shows them
    Rung rung = Rung::single_id;
    std::string reason;    // why a single id, or why cubby-idmap refused, else empty
    bool passing = false;  // the reason may be gone the next time
};

// Maps the caller and all of `ids` by cubby-idmap, else by newuidmap and newgidmap (which know ids of a directory service
// too); where there are none, or where those programs cannot do
// it, the caller alone, and says why.  Fails where the host gives no usable user namespace at all: the error names the
// cause and the administrator's one line.
Result<MappedNamespace> make_user_namespace(const SubordinateIds& ids);

}  // namespace cubby::holder
