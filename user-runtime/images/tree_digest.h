#pragma once
// What is in a tree, as one number: the id of an image.

#include <cstdint>

#include "base/result.h"
#include "kernel/digest.h"

namespace cubby {

struct TreeDigest {
    Sha256 id;
    uint64_t bytes = 0;    // on disk
    uint64_t entries = 0;  // below the root
};

// Of names, types, modes, owners, link targets, device numbers, file contents, hard-link counts and the attributes of
// kept_attributes() (kernel/tree_walk.h); not of times.  Each directory's digest is made of those of its entries, sorted
// by name.  Owners are as the calling process's user namespace shows them: called as the container's root, two users
// get the same id for the same tree.
Result<TreeDigest> digest_tree(int root);

}  // namespace cubby
