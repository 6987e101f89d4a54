#pragma once
// A text as an open file that is nowhere: standard input for a program.

#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

// A memfd that holds `text`, to be read from its beginning; `name` is what /proc shows (memfd_create(2)).
Result<Fd> memory_file(const char* name, std::string_view text);

}  // namespace cubby
