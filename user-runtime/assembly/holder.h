#pragma once
// The user's holder: one cubby-holder process keeps his id-mapped user namespace alive (netns-helper/).

#include <optional>
#include <string>

#include "base/fd.h"
#include "base/id_range.h"
#include "base/result.h"

namespace cubby {

struct Holder {
    Fd user_namespace;
    IdMaps maps;       // holder → host ids; the first range is 0 → the user
    std::string rung;  // how the maps were written: "cubby-idmap", "newuidmap", "single-id"
    [[nodiscard]] bool single_id() const { return maps.uids.size() == 1 && maps.uids.front().count == 1; }

    std::string reason;     // why there is a single id, else empty
    bool outdated = false;  // what the maps were made from has changed since: stop_holder() makes way for a new one
};

// Connects to the running holder, or starts one and waits until it serves (at most 10 s).  One that had to make do with
// a single id is replaced when the user's ranges, or the programs that map them, have changed since.
Result<Holder> ensure_holder();

// The running holder; nothing where there is none.  Starts and replaces nothing.
Result<std::optional<Holder>> find_holder();

// Ends the running holder, if any, and waits for its end.  Containers keep their namespaces.
Status stop_holder();

}  // namespace cubby
