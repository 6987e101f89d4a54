#pragma once
// Paths below a container's root for the child between clone and exec: as Root in guest mode, without allocating.
// `root` is the directory that "/" means; every component is resolved inside it by openat2(2).

#include <sys/types.h>

#include "base/fd.h"
#include "base/result.h"

namespace cubby::guest {

// O_PATH of an existing entry; a link as last component is followed inside the root only where `follow` says so.
Result<Fd> open(int root, const char* path, bool follow) noexcept;

// O_PATH of a directory or of a regular file at `path`, made where it is missing, with its parents (mode 0755).
Result<Fd> ensure_dir(int root, const char* path, mode_t mode = 0755) noexcept;
Result<Fd> ensure_file(int root, const char* path) noexcept;
// As ensure_dir, and no component is a link: where the kernel's own file systems go, somebody could change the link before
// the masks are laid (CVE-2019-19921, CVE-2023-27561).
Result<Fd> ensure_real_dir(int root, const char* path) noexcept;

// Makes a symbolic link; one that is there already, or any other entry, is left as it is.
Status ensure_link(int root, const char* path, const char* target) noexcept;

}  // namespace cubby::guest
