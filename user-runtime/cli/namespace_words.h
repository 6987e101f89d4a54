#pragma once
// Namespaces as options name them.

#include <string_view>

#include "kernel/namespaces.h"

namespace cubby::cli {

// "mnt,pid": names of kernel/namespaces.h between `separator`; `option` is for errors.  The user namespace is added:
// for an ordinary user the others are entered and made through one.
Result<NsSet> parse_namespaces(std::string_view text, char separator, const char* option);

// LXC's words between '|': the same names, in capitals or not, and MOUNT, UTSNAME and NETWORK.  What is none of them is
// Code::usage with `refusal` before it.
Result<NsSet> parse_namespace_words(std::string_view text, const char* refusal);

}  // namespace cubby::cli
