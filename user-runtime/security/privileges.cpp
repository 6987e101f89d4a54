#include <linux/capability.h>

#include <csignal>

#include "security/default_filter.h"
#include "security/providers.h"

namespace cubby::security {
namespace {

std::vector<sock_filter> copy_of(std::span<const sock_filter> program) { return {program.begin(), program.end()}; }

constexpr CapSet bit(unsigned capability) noexcept { return CapSet{1} << capability; }

}  // namespace

std::vector<std::vector<sock_filter>> filters_of(const SecuritySpec& security, bool single_id) {
    std::vector<std::vector<sock_filter>> filters;
    if (single_id) {
        filters.push_back(copy_of(single_id_filter()));
    }
    if (security.default_seccomp) {
        filters.push_back(copy_of(default_filter()));
    }
    return filters;
}

CapSet application_capabilities() noexcept {
    return bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_FOWNER) | bit(CAP_FSETID) | bit(CAP_KILL) |
           bit(CAP_SETGID) | bit(CAP_SETUID) | bit(CAP_SETPCAP) | bit(CAP_NET_BIND_SERVICE) | bit(CAP_SYS_CHROOT) |
           bit(CAP_SETFCAP);
}

Status contribute_privileges(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan) {
    if (spec.security.no_new_privs) {
        plan.add(Phase::child_privileges, NoNewPrivsStep{});
    }
    for (auto& filter : filters_of(spec.security, facts.single_id)) {
        plan.add(Phase::child_privileges, SeccompStep{std::move(filter), "built in"});
    }
    plan.add(Phase::child_privileges, CapsStep{spec.security.keep_capabilities});
    // If the starter is killed, the container goes with it: nobody is left unwatched (fault F1).
    plan.add(Phase::child_privileges, DeathSignalStep{SIGKILL});
    plan.add(Phase::child_exec, ExecStep{spec.process.argv, spec.process.environment, spec.process.reaper});
    return {};
}

}  // namespace cubby::security
