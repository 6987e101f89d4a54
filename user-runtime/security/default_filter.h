#pragma once
// The seccomp filters that cubby carries, compiled at build time from security/build/syscalls.h.

#include <linux/filter.h>

#include <span>

namespace cubby {

// Allow-list: what is unknown answers ENOSYS, known doors into the kernel EPERM.
[[nodiscard]] std::span<const sock_filter> allow_list_filter() noexcept;
// Refusals that depend on an argument: socket families, terminal injection, nested user namespaces.
[[nodiscard]] std::span<const sock_filter> argument_filter() noexcept;
// For a container with one id only: changes of ownership and identity answer success and change nothing.
[[nodiscard]] std::span<const sock_filter> single_id_filter() noexcept;

}  // namespace cubby
