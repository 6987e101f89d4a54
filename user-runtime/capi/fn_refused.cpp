// What cannot be had, and says so: nothing here succeeds by doing nothing.

#include <cerrno>
#include <cstddef>

#include "capi/functions.h"
#include "capi/guard.h"

namespace cubby::capi {
namespace {

constexpr const char* kNoCgroup =
    "cubby does not manage control groups yet, and a user's session may have none of its own";
constexpr const char* kNoSnapshots = "cubby has no snapshots yet; clone() makes a copy";
constexpr const char* kNoCheckpoint = "CRIU, which would do it, needs root on the host";
constexpr const char* kNoInterface = "only the host's root may move an interface between network namespaces";

Status refuse(Object& object, const char* what, const char* why) {
    return FAIL(Code::unsupported, "%s %s: %s", what, object.identity().c_str(), why);
}

bool refused(lxc_container* c, const char* what, const char* why) noexcept {
    return enter(c, [&](Object& object) { return refuse(object, what, why); });
}

int refused_number(lxc_container* c, const char* what, const char* why) noexcept {
    return enter(c, -1, [&](Object& object) -> Result<int> {
        TRY(refuse(object, what, why));
        return -1;
    });
}

}  // namespace

bool fn_freeze(lxc_container* c) noexcept { return refused(c, "freeze", kNoCgroup); }
bool fn_unfreeze(lxc_container* c) noexcept { return refused(c, "unfreeze", kNoCgroup); }
int fn_get_cgroup_item(lxc_container* c, const char* /*subsys*/, char* /*retv*/, int /*inlen*/) noexcept {
    return refused_number(c, "read a control group of", kNoCgroup);
}
bool fn_set_cgroup_item(lxc_container* c, const char* /*subsys*/, const char* /*value*/) noexcept {
    return refused(c, "limit", kNoCgroup);
}

int fn_snapshot(lxc_container* c, const char* /*commentfile*/) noexcept {
    return refused_number(c, "snapshot", kNoSnapshots);
}
int fn_snapshot_list(lxc_container* c, lxc_snapshot** snapshots) noexcept {
    if (c == nullptr || snapshots == nullptr) {
        return -1;
    }
    *snapshots = nullptr;
    return 0;
}
bool fn_snapshot_restore(lxc_container* c, const char* /*snapname*/, const char* /*newname*/) noexcept {
    return refused(c, "restore", kNoSnapshots);
}
bool fn_snapshot_destroy(lxc_container* c, const char* /*snapname*/) noexcept {
    return refused(c, "remove a snapshot of", kNoSnapshots);
}
bool fn_snapshot_destroy_all(lxc_container* c) noexcept { return refused(c, "remove the snapshots of", kNoSnapshots); }

bool fn_attach_interface(lxc_container* c, const char* /*dev*/, const char* /*dst_dev*/) noexcept {
    return refused(c, "give an interface to", kNoInterface);
}
bool fn_detach_interface(lxc_container* c, const char* /*dev*/, const char* /*dst_dev*/) noexcept {
    return refused(c, "take an interface from", kNoInterface);
}

bool fn_checkpoint(lxc_container* c, char* /*directory*/, bool /*stop*/, bool /*verbose*/) noexcept {
    return refused(c, "checkpoint", kNoCheckpoint);
}
bool fn_restore(lxc_container* c, char* /*directory*/, bool /*verbose*/) noexcept {
    return refused(c, "restore", kNoCheckpoint);
}
int fn_migrate(lxc_container* c, unsigned cmd, migrate_opts* opts, unsigned size) noexcept {
    // Which of the features there are: none.  Callers of an older interface have no such member.
    if (cmd == MIGRATE_FEATURE_CHECK && opts != nullptr &&
        size >= offsetof(migrate_opts, features_to_check) + sizeof opts->features_to_check) {
        opts->features_to_check = 0;
    }
    return refused_number(c, "migrate", kNoCheckpoint);
}

}  // namespace cubby::capi
