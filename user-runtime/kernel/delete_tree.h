#pragma once
// Deleting a tree of any depth.

#include "base/result.h"

namespace cubby {

// Deletes `name` (one component) below the open directory `parent`: a file, or a directory with all that is in it.  One
// that does not exist is Code::not_found.
//
// Never follows a link, never crosses into a mount.  Constant memory, stack and descriptors: it goes down at most
// kDeleteLevels directories; one that lies deeper is renamed up into the top directory of the tree, under a new name, and
// is deleted from there.  So there is never a way back up that somebody could have moved, and after a kill at any
// point what is left is a smaller tree: the same call finishes it.  Directories with mode 0000 need CAP_DAC_OVERRIDE
// over their owner, so this runs in the holder's user namespace (kernel/userns_process.h).
//
// Goes on after an entry that cannot be deleted, and returns the first such error, with the entry's path below the tree.
Status delete_tree(int parent, const char* name);

inline constexpr unsigned kDeleteLevels = 24;

}  // namespace cubby
