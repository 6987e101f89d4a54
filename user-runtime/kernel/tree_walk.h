#pragma once
// Visiting every entry of a tree once, by descriptor: no recursion, any depth, links are never followed, mount points
// are an error.

#include <sys/stat.h>

#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

// One entry, while it is visited.
struct TreeEntry {
    int directory;  // the directory that holds it
    const char* name;
    const struct statx& info;  // of the entry itself: STATX_BASIC_STATS

    // A regular file, open for reading; Code::busy where it is not the file of `info` any more.
    [[nodiscard]] Result<Fd> open() const noexcept;
    // What a symbolic link says.
    [[nodiscard]] Result<std::string> link_target() const;
};

// Errors are returned without the entry's path: walk_tree puts it in front.
class TreeVisitor {
  public:
    virtual ~TreeVisitor() = default;
    // Anything but a directory.
    virtual Status visit(const TreeEntry& entry) = 0;
    // A directory, before what is in it; not called for the root.
    virtual Status enter(const TreeEntry& directory) = 0;
    // The same directory, open, after what is in it; called for the root too, last.
    virtual Status leave(int directory) = 0;
};

// Entries come in the directories' own order.  The first error ends the walk.
Status walk_tree(int root, TreeVisitor& visitor);

// The extended attributes of an open file that a user's copy keeps, sorted by name: user.*, security.capability and
// POSIX access control lists (xattr(7)).  Ids inside them are those of the calling process's user namespace.
using Attributes = std::vector<std::pair<std::string, std::string>>;
Result<Attributes> kept_attributes(int fd);

}  // namespace cubby
