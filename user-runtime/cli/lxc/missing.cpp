#include "cli/lxc/missing.h"

namespace cubby::cli {

const char* what_is_missing(Missing what) noexcept {
    switch (what) {
        case Missing::control_groups:
            return "needs a control group that is delegated to you, which this version of cubby does not use yet";
        case Missing::snapshots: return "this version of cubby keeps no snapshots yet; lxc-copy makes a full copy";
        case Missing::checkpoints: return "CRIU saves and restores a container for root only";
        case Missing::set_user_bits:
            return "no program of cubby needs a set-uid bit or file capabilities for that; cubby doctor tells what it needs";
    }
    return "";
}

}  // namespace cubby::cli
