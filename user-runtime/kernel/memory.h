#pragma once
// Memory of a process that will sleep for long.

namespace cubby {

// Gives free heap pages back, and unmaps the pages of the program's own code and constants: they are clean copies of
// its file, and the few that the sleeping process still needs come back by themselves (madvise(2), MADV_DONTNEED).
[[gnu::hot]] void release_memory() noexcept;

}  // namespace cubby
