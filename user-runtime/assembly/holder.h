#pragma once
// The user's holder: one cubby-holder process keeps his id-mapped user namespace alive (netns-helper/).

#include <string>

#include "base/fd.h"
#include "base/id_range.h"
#include "base/result.h"

namespace cubby {

struct Holder {
    Fd user_namespace;
    IdMaps maps;        // holder → host ids; the first range is 0 → the user
    std::string rung;   // how the maps were written: "newuidmap", "single-id"
    [[nodiscard]] bool single_id() const { return maps.uids.size() == 1 && maps.uids.front().count == 1; }
};

// Connects to the running holder, or starts one and waits until it serves (at most 10 s).
Result<Holder> ensure_holder();

}  // namespace cubby
