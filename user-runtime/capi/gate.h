#pragma once
// Keeps the child of an attach free of what other threads are in the middle of.

#include <shared_mutex>

namespace cubby::capi {

// Held shared by what starts programs and waits for the end of their pipes, and alone while attach() forks: a function
// that runs inside for hours would hold a copy of such a pipe as long.
std::shared_mutex& fork_gate() noexcept;
// In the child of such a fork: its copy is open, and the function may use this library.
void reopen_fork_gate() noexcept;

}  // namespace cubby::capi
