#include <string_view>

#include "security/providers.h"

namespace cubby::security {
namespace {

// A program that a container boots with (the names that podman's --systemd goes by, too).  The console is for the logins
// that it starts, who could not take it from its session (TIOCSCTTY in ioctl_tty(2)), and ^C there is not meant for it.
bool is_system_init(std::string_view program) {
    const std::string_view name = program.substr(program.rfind('/') + 1);
    return name == "init" || name == "systemd";
}

}  // namespace

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
    plan.add(Phase::child_identity, SessionStep{.takes_terminal = !is_system_init(process.argv.front())});
    // With a single id the kernel forbids setgroups for good (user_namespaces(7)): the user's groups stay.
    plan.add(Phase::child_identity, IdentityStep{process.uid,
                                                 process.gid,
                                                 {process.groups.begin(), process.groups.end()},
                                                 process.keep_groups || facts.single_id});
    plan.add(Phase::child_identity, WorkDirStep{process.cwd});
    return {};
}

}  // namespace cubby::security
