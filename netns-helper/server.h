#pragma once
// The part of the holder that stays: answers requests until it is told to stop or cannot be reached any more.

#include "kernel/lock.h"
#include "kernel/root.h"
#include "netns-helper/user_namespace.h"

namespace cubby::holder {

// Listens in `dir` and calls `ready` once.  Returns when it was asked to stop, or when the name in the runtime directory
// does not lead to this socket any more: removed, replaced, or the whole directory gone.  That is noticed at once by
// inotify(7), and within `check_ms` without it.  The lock is let go before the one who asked is told.
// Clients that send garbage, nothing, or go away cost a table entry for at most two seconds.
Status serve(const Root& dir, FileLock lock, const MappedNamespace& held, int check_ms, void (*ready)());

}  // namespace cubby::holder
