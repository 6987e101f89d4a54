#pragma once
// pipe(7).

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

// Both ends are close-on-exec.
struct Pipe {
    Fd read;
    Fd write;
};
Result<Pipe> make_pipe() noexcept;

// Whether every copy of the read end has been closed, asked of a write end.
[[nodiscard]] bool nobody_reads(int pipe) noexcept;

}  // namespace cubby
