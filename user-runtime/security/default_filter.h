#pragma once
// The seccomp filters that cubby carries, compiled at build time from security/build/syscalls.h.

#include <linux/filter.h>

#include <span>

namespace cubby {

// Allow-list: what is unknown answers ENOSYS, known doors into the kernel EPERM, and so do socket families, ioctls and
// clone flags that lead out of a container.
[[nodiscard]] std::span<const sock_filter> default_filter() noexcept;
// The same, but that user namespaces can be made inside.
[[nodiscard]] std::span<const sock_filter> nesting_filter() noexcept;
// For a container with one id only: changes of ownership and identity answer success and change nothing.
[[nodiscard]] std::span<const sock_filter> single_id_filter() noexcept;

}  // namespace cubby
