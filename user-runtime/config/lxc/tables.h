#pragma once
// THE list of key tables: one function a group of keys.  Each table is sorted by name (checked when it is compiled).

#include <span>

#include "config/lxc/key.h"

namespace cubby::lxc {

[[nodiscard]] std::span<const Key> cubby_keys();      // keys_cubby.cpp: cubby.*
[[nodiscard]] std::span<const Key> process_keys();    // keys_process.cpp: init, environment, limits, signals
[[nodiscard]] std::span<const Key> hook_keys();       // keys_hooks.cpp: lxc.hook.*
[[nodiscard]] std::span<const Key> lifecycle_keys();  // keys_lifecycle.cpp: autostart, groups, monitor, log
[[nodiscard]] std::span<const Key> cgroup_keys();     // keys_cgroup.cpp: control groups
[[nodiscard]] std::span<const Key> console_keys();    // keys_console.cpp: console, ptys
[[nodiscard]] std::span<const Key> storage_keys();    // keys_storage.cpp: root file system, mounts, /dev, includes
[[nodiscard]] std::span<const Key> namespace_keys();  // keys_namespace.cpp: id map, namespaces, time offsets
[[nodiscard]] std::span<const Key> security_keys();   // keys_security.cpp: capabilities, no_new_privs, keyring
[[nodiscard]] std::span<const Key> net_keys();        // keys_net.cpp: lxc.net.N.*

}  // namespace cubby::lxc
