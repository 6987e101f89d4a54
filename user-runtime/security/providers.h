#pragma once
// What the security folder contributes to a start.  Each function reads the spec and the host facts and adds steps.

#include "base/result.h"
#include "plan/start_plan.h"
#include "spec/container_spec.h"

namespace cubby::security {

// /proc and /sys with LXC's meaning of lxc.mount.auto, masked and read-only paths, cgroup view, sysctls.
Status contribute_proc_sys(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);

// /dev from bind mounts of the user's own nodes, devpts, /dev/shm, /dev/mqueue, the usual links, the console.
Status contribute_dev(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);

// Host name, limits, /proc/self settings, keyring, session, user, groups, working directory.
Status contribute_identity(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);

// How many processes and namespaces there may be inside, without control groups.  Reads plan.ground.proc.
Status contribute_limits(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);

// Labels, no_new_privs, Landlock, seccomp, capabilities, death signal.
Status contribute_privileges(const ContainerSpec& spec, const HostFacts& facts, StartPlan& plan);

// The capabilities that an application container (cubby run) keeps: what distributions' package managers and servers
// need, and no more.
[[nodiscard]] CapSet application_capabilities() noexcept;

}  // namespace cubby::security
