#pragma once
// Configuration files of LXC 1.0 and 2.0 under today's names.

#include <string>
#include <string_view>

#include "base/result.h"

namespace cubby {

// The text with each old key under its new name; comments, values and order stay.  What LXC has given up becomes a comment.
Result<std::string> modern_config(std::string_view text, const std::string& name);

// Rewrites the file in place; the old one stays beside it as FILE.backup.  Nothing is changed where it cannot be read or
// understood.
Status update_config(const std::string& path);

}  // namespace cubby
