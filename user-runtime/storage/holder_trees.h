#pragma once
// Deleting and copying trees that belong to mapped ids: in the user's holder namespace, where he is root over them.

#include <span>
#include <string>

#include "base/result.h"
#include "kernel/root.h"

namespace cubby {

// An absolute host path as its directory, opened with the user's rights and through no link of a stranger's (open_own),
// and the last component.
struct NamedEntry {
    Root parent;
    RelPath name;
};
Result<NamedEntry> open_parent(const std::string& host_path);

// Deletes files or trees (kernel/delete_tree.h).  One that does not exist is fine.  Goes on after one that cannot be
// deleted, and returns the first error.
Status delete_in_holder(int holder, std::span<const std::string> host_paths);

// Deletes files or trees of an open directory, whatever its name leads to by now; else as delete_in_holder.
Status delete_entries_in_holder(int holder, const Root& directory, std::span<const std::string> names);

// Copies the tree `from` to the new directory `to` (kernel/copy_tree.h).  After an error nothing of `to` is left.
Status copy_in_holder(int holder, const std::string& from, const std::string& to);

}  // namespace cubby
