#pragma once
// Copying a tree of any depth.

#include "base/result.h"

namespace cubby {

// Copies the open directory `source`, with all that is in it, to the new directory `name` below `parent`.  An entry of
// that name is Code::exists.  After an error the copy is incomplete: delete_tree() removes it.
//
// Kept: owner, mode, times to the nanosecond, the attributes of kept_attributes() (kernel/tree_walk.h), hard links within
// the tree, holes; FIFOs, sockets and overlay whiteouts.  Data is shared with the source where the file system can
// (FICLONE), else copied inside the kernel (copy_file_range(2)).  A device node is an error that names it: only the
// host's root may make one.  Links are never followed; a mount point is an error.
//
// Descriptors and stack are constant; heap is a few bytes a level.  Hard links need no table: the first copy of a file
// with more than one name gets a further one in a directory beside the copied entries, called by the source's inode
// number, and the others are linked from there; that directory is removed last.
//
// Owners are as the calling process's user namespace shows them, so this runs in the holder's (kernel/userns_process.h).
Status copy_tree(int source, int parent, const char* name);

}  // namespace cubby
