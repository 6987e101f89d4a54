#pragma once
// The private directory for sockets and locks: $XDG_RUNTIME_DIR/cubby when that is a directory of ours, else
// /run/user/UID/cubby, else /dev/shm/cubby-UID, else /tmp/cubby-UID.  Always checked: a directory, not a link, owner the
// caller, mode 0700.  An inherited XDG_RUNTIME_DIR of another user (su, sudo) is ignored silently.

#include "base/result.h"
#include "kernel/root.h"

namespace cubby {

// Opens it, making it where it is missing.  Once it has entered the user's own namespace, a process
// goes on with the place that it found before.
Result<Root> runtime_dir();

}  // namespace cubby
