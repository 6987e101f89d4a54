#pragma once
// Making a root file system outside of its container's own directory (lxc-create --dir), so that a create that fails or is
// killed removes what it has made there, and nothing else.
//
// It is made under a name beside the wanted path that nobody else uses, and moved over that path, which must be free or an
// empty directory of the user's.  The record of the operation says which it is: "create INODE BORN DRAFT PATH", a
// FileIdentity, whose INODE is 0 until the draft exists.

#include <string>
#include <string_view>

#include "kernel/root.h"
#include "storage/backend.h"

namespace cubby {

// Without slashes at its end; an error where something is in the way.  Makes nothing.
Result<std::string> check_outside(const std::string& path);

// `directory` is the container's, with a record of the operation.  Directories above `path` that are missing are made, and
// stay.
Result<RootfsSpec> make_outside(const Root& directory, const Backend& backend, const NewRootfs& wanted,
                                const std::string& path, const ContainerIds& ids);

// Removes what the create with that record made outside; `order` is the record without its first word, or nothing.  Where
// the file system tells no birth times, what is at the path could be the user's own by now: it stays, and that is an error
// until it is gone from there.
Status remove_outside(std::string_view order, int holder);

}  // namespace cubby
