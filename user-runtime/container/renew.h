#pragma once
// What a copy's root file system is told of its new name.

#include "container/operations.h"
#include "storage/backend.h"

namespace cubby {

// Writes the new name into /etc/hostname, where there is one and the request does not keep the old, and runs the hooks of
// lxc.hook.clone, as the container's root, with the root file system at lxc.rootfs.mount.  `spec`: the copy's.
Status renew_rootfs(const CopyRequest& request, const ContainerSpec& spec, const ContainerIds& ids);

}  // namespace cubby
