#include <linux/capability.h>

#include <csignal>

#include "security/default_filter.h"
#include "security/labels.h"
#include "security/providers.h"
#include "security/seccomp_profile.h"

namespace cubby::security {
namespace {

std::vector<sock_filter> copy_of(std::span<const sock_filter> program) { return {program.begin(), program.end()}; }

constexpr CapSet bit(unsigned capability) noexcept { return CapSet{1} << capability; }

// Filters add up: of all verdicts the strictest counts (seccomp(2)).
Status add_filters(const SecuritySpec& security, bool single_id, StartPlan& plan) {
    const auto add = [&](std::vector<sock_filter> program, std::string name) {
        plan.add(Phase::child_privileges, SeccompStep{std::move(program), std::move(name)});
    };
    if (single_id) {
        add(copy_of(single_id_filter()), "built in, for one id");
    }
    if (security.default_seccomp) {
        add(copy_of(security.nesting ? nesting_filter() : default_filter()),
            security.nesting ? "built in, with nesting" : "built in");
    }
    if (!security.seccomp_file.empty() && security.seccomp_policy.empty() && plan.provisional) {
        add({}, security.seccomp_file);  // lxc.hook.pre-start may write it
    } else if (!security.seccomp_file.empty()) {
        add(TRY(compile_profile(security.seccomp_policy, security.seccomp_file)), security.seccomp_file);
    }
    return {};
}

void add_labels(const SecuritySpec& security, StartPlan& plan) {
    const std::string& profile = security.apparmor_profile;
    if (!profile.empty() && profile != "unchanged") {
        plan.add(Phase::child_privileges, apparmor_label("lxc.apparmor.profile", profile));
    }
    if (!security.selinux_context.empty()) {
        plan.add(Phase::child_privileges, selinux_label("lxc.selinux.context", security.selinux_context));
    }
}

void add_landlock(const SecuritySpec& security, StartPlan& plan) {
    if (security.landlock_readable.empty() && security.landlock_writable.empty()) {
        return;
    }
    LandlockStep step{security.landlock_readable, security.landlock_writable};
    if (step.readable.empty()) {
        step.readable.emplace_back("/");
    }
    plan.add(Phase::child_privileges, std::move(step));
}

}  // namespace

CapSet application_capabilities() noexcept {
    return bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_FOWNER) | bit(CAP_FSETID) | bit(CAP_KILL) |
           bit(CAP_SETGID) | bit(CAP_SETUID) | bit(CAP_SETPCAP) | bit(CAP_NET_BIND_SERVICE) | bit(CAP_SYS_CHROOT) |
           bit(CAP_SETFCAP);
}

Status contribute_privileges(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan) {
    // Labels before no_new_privs, under which AppArmor and SELinux let no process change its own (apparmor(7)).
    add_labels(spec.security, plan);
    if (spec.security.no_new_privs) {
        plan.add(Phase::child_privileges, NoNewPrivsStep{});
    }
    // If the starter is killed, the container goes with it: nobody is left unwatched (fault F1).
    plan.add(Phase::child_privileges, DeathSignalStep{SIGKILL});
    // What needs CAP_SYS_ADMIN comes before the capabilities go, and filters last of it: a user's own may allow little.
    add_landlock(spec.security, plan);
    TRY(add_filters(spec.security, facts.single_id, plan));
    plan.add(Phase::child_privileges, CapsStep{spec.security.keep_capabilities});
    std::vector<std::string> environment = spec.process.environment;
    if (!plan.ttys.empty()) {
        environment.push_back("container_ttys=" + plan.ttys);  // systemd starts a getty on each
    }
    plan.add(Phase::child_exec, ExecStep{spec.process.argv, std::move(environment), spec.process.reaper});
    return {};
}

}  // namespace cubby::security
