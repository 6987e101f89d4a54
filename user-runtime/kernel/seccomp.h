#pragma once
// Loading a compiled seccomp filter (seccomp(2)).

#include <linux/filter.h>

#include <cstddef>

#include "base/result.h"

namespace cubby {

// Puts the calling process under `program`.  Needs no_new_privs or CAP_SYS_ADMIN in the own user namespace.
Status load_seccomp(const sock_filter* program, size_t length) noexcept;

}  // namespace cubby
