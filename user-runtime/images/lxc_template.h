#pragma once
// Templates of LXC: programs that fill one container's root file system and write into its configuration, called as
// lxc-create calls them.  templates/CONTRACT.md is cubby's own way.

#include <optional>
#include <string>

#include "base/result.h"

namespace cubby {

// The absolute path of LXC's template: `name` is the path of one whose file is called lxc-… , or a word: then
// /usr/share/lxc/templates/lxc-NAME, or /usr/local/share.  With `any_path` every program by its path is one unless it
// has a "#:cubby" line (templates/CONTRACT.md).  Nothing where there is none; then it may be one of cubby's.
Result<std::optional<std::string>> find_lxc_template(const std::string& name, bool any_path);

}  // namespace cubby
