#include <unistd.h>

#include "assembly/assemble.h"
#include "kernel/root.h"
#include "spec/validate.h"

namespace cubby {

Result<HostFacts> host_facts(const IdMaps& holder) {
    HostFacts facts;
    facts.holder = holder;
    facts.uid = to_outside(holder.uids, 0).value_or(getuid());
    facts.gid = to_outside(holder.gids, 0).value_or(getgid());
    facts.single_id = holder.uids.size() == 1 && holder.uids.front().count == 1;
    if (auto resolver = pin("/etc/resolv.conf")) {
        facts.resolv_conf = resolver->path;
    }
    return facts;
}

IdMaps effective_maps(const ContainerSpec& spec, const HostFacts& facts) {
    if (!spec.idmap.uids.empty()) {
        return spec.idmap;
    }
    return {default_map(facts.holder.uids), default_map(facts.holder.gids)};
}

}  // namespace cubby
