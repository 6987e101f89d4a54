#pragma once
// /proc and /sys of entered namespaces for a process that keeps the mounts of another (lxc-attach -R).

#include "base/result.h"
#include "kernel/namespaces.h"

namespace cubby::launch {

// In a process that has entered `entered`, which has a user namespace and no mount namespace: makes a mount namespace of
// its own, in which /proc is the pid namespace's and /sys the network namespace's, each where it was entered; where it
// was not, the one that is there is right already.  Nothing of it is seen outside: mounts of another user namespace
// arrive in the copy as slaves (mount_namespaces(7)).
//
// What is refused: where something covers parts of the host's /proc (or /sys), the kernel makes no fresh one in a user
// namespace, since it would show them.
Status remount_proc_sys(NsSet entered) noexcept;

}  // namespace cubby::launch
