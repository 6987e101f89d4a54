#include <string>

#include "assembly/assemble.h"
#include "assembly/providers.h"
#include "network/driver.h"

namespace cubby {
namespace {

// The namespaces that are made: all but those kept or shared, time only on request.
NsSet new_namespaces(const ContainerSpec& spec) {
    NsSet set;
    for (const NsInfo& entry : kNamespaces) {
        if (!spec.namespaces.keep.has(entry.ns)) {
            set.add(entry.ns);
        }
    }
    for (const NamespaceShare& share : spec.namespaces.shares) {
        set.remove(share.ns);
    }
    if (!network::driver_of(spec.net.type).new_namespace) {
        set.remove(Ns::net);
    }
    const bool offsets = spec.namespaces.boot_offset_ns != 0 || spec.namespaces.monotonic_offset_ns != 0;
    if (!spec.namespaces.new_time || offsets) {
        set.remove(Ns::time);  // with offsets it is unshared, so that they can be set before anybody is inside
    }
    return set;
}

std::string offset_line(const char* clock, int64_t ns) {
    constexpr int64_t kSecond = 1'000'000'000;
    int64_t seconds = ns / kSecond;
    int64_t rest = ns % kSecond;
    if (rest < 0) {  // /proc/PID/timens_offsets takes nanoseconds from 0 to 999999999
        rest += kSecond;
        --seconds;
    }
    return std::string(clock) + ' ' + std::to_string(seconds) + ' ' + std::to_string(rest) + '\n';
}

}  // namespace

Status contribute_namespaces(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan) {
    plan.new_namespaces = new_namespaces(spec);
    for (const NamespaceShare& share : spec.namespaces.shares) {
        plan.shared.push_back({share.ns, share.source.starts_with('/') ? share.source : "container " + share.source});
    }
    if (plan.new_namespaces.has(Ns::user)) {
        const IdMaps maps = TRY(translate(effective_maps(spec, facts), facts.holder));
        plan.add(Phase::parent_idmap, IdMapStep{map_text(maps.uids), map_text(maps.gids), facts.single_id});
    }
    const int64_t boot = spec.namespaces.boot_offset_ns;
    const int64_t monotonic = spec.namespaces.monotonic_offset_ns;
    if (boot != 0 || monotonic != 0) {
        plan.add(Phase::child_net, TimeOffsetStep{offset_line("boottime", boot) + offset_line("monotonic", monotonic)});
    }
    return {};
}

}  // namespace cubby
