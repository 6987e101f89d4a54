#include "security/providers.h"

namespace cubby::security {

Status contribute_identity(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan) {
    const ProcessSpec& process = spec.process;
    if (plan.new_namespaces.has(Ns::uts)) {
        plan.add(Phase::child_identity, HostnameStep{spec.hostname});
    }
    for (const Setting& setting : process.proc_settings) {
        TRY(RelPath::parse(setting.key));
        plan.add(Phase::child_identity, ProcSettingStep{setting.key, setting.value});
    }
    for (const ResourceLimit& limit : process.limits) {
        plan.add(Phase::child_identity, RlimitStep{limit.resource, limit.soft, limit.hard});
    }
    if (process.personality != Personality::unchanged) {
        plan.add(Phase::child_identity, PersonalityStep{process.personality == Personality::linux32});
    }
    if (process.core_scheduling) {
        plan.add(Phase::child_identity, CoreSchedulingStep{});
    }
    if (spec.security.session_keyring) {
        plan.add(Phase::child_identity, KeyringStep{});
    }
    plan.add(Phase::child_identity, SessionStep{});
    // With a single id the kernel forbids setgroups for good (user_namespaces(7)): the user's groups stay.
    plan.add(Phase::child_identity, IdentityStep{process.uid,
                                                 process.gid,
                                                 {process.groups.begin(), process.groups.end()},
                                                 process.keep_groups || facts.single_id});
    plan.add(Phase::child_identity, WorkDirStep{process.cwd});
    return {};
}

}  // namespace cubby::security
