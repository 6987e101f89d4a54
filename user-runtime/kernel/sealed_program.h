#pragma once
// A program as a sealed memfd: what enters a container must not lead back to a file on the host that the container
// could write to through /proc/PID/exe (CVE-2019-5736).

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

// Copies the file at `host_path` into a memfd that can never be changed again (memfd_create(2), F_ADD_SEALS).
Result<Fd> seal_program(const std::string& host_path) noexcept;

}  // namespace cubby
