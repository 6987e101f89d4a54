#include "setuid-helpers/idmap/policy.h"

#include "setuid-helpers/guard/admin_file.h"
#include "setuid-helpers/idmap/grants.h"

namespace cubby::idmap {
namespace {

using guard::AdminFile;

constinit Grants grants;

bool read_knobs(const guard::Owner& owner, Knobs& knobs) noexcept {
    AdminFile file("/etc/cubby/idmap");
    Text line;
    bool understood = true;
    while (file.next(line)) {
        understood = understood && file.whole() && parse_knob(line, owner, knobs);
    }
    return file.absent() || (file.ok() && understood);
}

// No real account (of passwd or group) may have an id that the map takes.
Refusal check_accounts(const char* path, const Extents& map, uint64_t self) noexcept {
    AdminFile file(path);
    Text line;
    Text name;
    uint64_t id = 0;
    bool taken = false;
    while (file.next(line)) {
        taken = taken || (guard::parse_account(line, name, id) && takes(map, self, {id, 1}));
    }
    if (!file.ok()) {
        return Refusal::files;
    }
    return taken ? Refusal::ids : Refusal::none;
}

// Every id must be granted to the caller, and to nobody else.
Refusal check_grants(const char* path, const Extents& map, uint64_t self, const guard::Owner& owner,
                     bool shared) noexcept {
    AdminFile file(path);
    Text line;
    Text written;
    Range range;
    bool conflict = false;
    bool fits = true;
    grants.size = 0;
    while (file.next(line)) {
        if (!file.whole() || !parse_grant(line, written, range)) {
            continue;
        }
        if (owner.is(written)) {
            fits = grants.add(range) && fits;
        } else {
            conflict = conflict || takes(map, self, range);
        }
    }
    if (!file.ok() || !fits) {
        return Refusal::files;
    }
    for (const Extent& extent : map) {
        if (!allowed(extent, self, grants, World{})) {
            return Refusal::ids;
        }
    }
    return conflict && !shared ? Refusal::ids : Refusal::none;
}

}  // namespace

Refusal judge(const Request& request, const guard::Caller& caller, bool& deny_setgroups) noexcept {
    const Extents& uids = request.uids.extents;
    const Extents& gids = request.gids.extents;
    guard::Owner owner;
    Knobs knobs;
    if (!guard::find_owner(caller.uid, owner) || !read_knobs(owner, knobs)) {
        return Refusal::files;
    }
    bool group_granted = false;
    for (const Extent& extent : gids) {
        group_granted = group_granted || !is_self(extent, caller.gid, World{});
    }
    deny_setgroups = knobs.deny_setgroups || !group_granted;
    // All of them, whatever the first one says: what is asked is not told by what is read.
    const Refusal answers[] = {
        collide(uids) || collide(gids) ? Refusal::ids : Refusal::none,
        check_grants("/etc/subuid", uids, caller.uid, owner, knobs.shared),
        check_grants("/etc/subgid", gids, caller.gid, owner, knobs.shared),
        knobs.accounts ? Refusal::none : check_accounts("/etc/passwd", uids, caller.uid),
        knobs.accounts ? Refusal::none : check_accounts("/etc/group", gids, caller.gid),
    };
    Refusal worst = Refusal::none;
    for (const Refusal answer : answers) {
        worst = answer > worst ? answer : worst;
    }
    return worst;
}

}  // namespace cubby::idmap
