#pragma once
// From a configuration to the ContainerSpec that it describes.

#include <string>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "config/lxc/document.h"
#include "config/lxc/draft.h"
#include "config/lxc/finish.h"
#include "config/lxc/include.h"

namespace cubby::lxc {

// Something that was written and is not done; `info` and `plan` show it.
struct Note {
    std::string key;  // "lxc.tty.max", or a whole line that LXC ignores too
    std::string value;
    std::string reason;  // what does not happen
    std::string where;   // "FILE:LINE"
    bool operator==(const Note&) const = default;
};

struct Compiled {
    ContainerSpec spec;
    std::vector<Note> unsupported;
    std::string image;  // cubby.image
};

// All settings of a document and its includes, read into a draft: what get_item and list_items answer from.  Refused,
// with file and line: unknown keys (the nearest is named), bad values, and lines that look like a misspelt key.
// Relative host paths count from `container_dir`.
Result<Draft> load(const Document& document, ContainerName name, const std::string& container_dir,
                   const IncludeReader& reader = read_includes);

// The spec of a document: loaded, completed by the defaults of config/lxc/draft.h, and validated (spec/validate.h).
// Keys that cannot be honoured and whose absence weakens the container are errors, the others are in `unsupported`.
// Masked and read-only paths are left empty: the security module's.  The starter's environment is asked for
// "lxc.environment = NAME"; lxc.mount.fstab and lxc.seccomp.profile are read through `reader`, where they are there.
Result<Compiled> compile(const Document& document, ContainerName name, const std::string& container_dir,
                         const IncludeReader& reader = read_includes, Files files = Files::may_come);

}  // namespace cubby::lxc
