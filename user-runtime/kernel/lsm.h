#pragma once
// Labels of security modules (AppArmor, SELinux) through /proc/self/attr.

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace cubby {

// The module that labels processes here, by what it shows of itself (apparmor(7), selinux(8)).
enum class LabelModule : uint8_t { none, apparmor, selinux };
[[nodiscard]] LabelModule label_module();

// Asks that the next exec of this process takes on a label: writes `value` to an entry of /proc/self ("attr/exec")
// through a verified /proc, and reads it back ("attr/current": takes it on now); anything but `label`, alone or before its mode, is an error
// (CVE-2019-16884: a container laid a file over the entry).  Does not allocate.
Status set_exec_label(const char* entry, std::string_view value, std::string_view label) noexcept;

// Whether what an attr entry says ("NAME", "NAME (enforce)\n") is this label.
[[nodiscard]] bool is_label(std::string_view said, std::string_view label) noexcept;

}  // namespace cubby
