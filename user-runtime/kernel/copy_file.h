#pragma once
// Copying what is in one file, and what is said about it.

#include <sys/stat.h>

#include <vector>

#include "base/result.h"
#include "kernel/tree_walk.h"

namespace cubby {

// Remembers between files which way of copying the two file systems know.
class FileCopier {
  public:
    // The data of a regular file; holes stay holes.  `to` is empty.
    Status data(int from, int to, const struct statx& info);

  private:
    Status copy_range(int from, int to, off64_t at, off64_t end);
    Status copy_by_hand(int from, int to, off64_t at, off64_t end);
    bool share_ = true;      // FICLONE was not refused yet
    bool in_kernel_ = true;  // copy_file_range was not refused yet
    std::vector<char> buffer_;
};

// Owner, mode, attributes and times of `info`, in an order in which none undoes another, on the open file or directory
// `to`; attributes are read from `from`.
Status copy_metadata(int from, int to, const struct statx& info);
// The same of an entry that cannot be opened: a link, FIFO, socket or device, which has no kept attributes.
Status copy_metadata_at(int directory, const char* name, const struct statx& info);

}  // namespace cubby
